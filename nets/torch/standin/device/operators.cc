// What the stand-in device computes: everything on the CPU, by libtorch's own
// kernels, so its numbers are the CPU's. Operators without an entry below go to
// at::native::cpu_fallback, which copies their tensors to the host and the
// results back; that is the fallback's way of computing and is not counted.
#include <unistd.h>

#include <array>
#include <mutex>

#include <ATen/EmptyTensor.h>
#include <ATen/autocast_mode.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_local_scalar_dense.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/resize_native.h>
#include <ATen/ops/set_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>
#include <torch/library.h>

#include "internal.h"

namespace {

using at::Tensor;
using standin::meter;

// Copies made while one of these lives in this thread are not counted.
struct Uncounted {
  static thread_local int depth;
  Uncounted() { depth++; }
  ~Uncounted() { depth--; }
};
thread_local int Uncounted::depth = 0;

bool here(const Tensor &t) { return t.device().type() == standin::type; }

// The host's view of a tensor's memory, for kernels of the host. A tensor of the
// host is itself.
Tensor on_host(const Tensor &t) {
  if (!t.defined() || !here(t)) return t;
  return at::from_blob(t.data_ptr(), t.sizes(), t.strides(), t.options().device(at::kCPU));
}

// A result of the host's, on the device.
Tensor on_device(const Tensor &t) { return t.defined() ? t.to(standin::device) : t; }

// CUDA's refusal, in CUDA's words.
void check_here(const Tensor &t) {
  TORCH_CHECK(!t.defined() || here(t),
              "Expected all tensors to be on the same device, but found at least two devices, ",
              standin::device, " and ", t.device(), "!");
}

// The fallback copies whatever it gets, from wherever it is, so this comes first.
// A number that happens to be a tensor without dimensions may be the host's, as
// on CUDA.
void check_argument(const c10::IValue &v) {
  auto check = [](const Tensor &t) {
    if (!(t.defined() && t.is_cpu() && t.dim() == 0)) check_here(t);
  };
  if (v.isTensor()) {
    check(v.toTensor());
  } else if (v.isTensorList()) {
    for (const Tensor &t : v.toTensorVector()) check(t);
  } else if (v.isOptionalTensorList()) {
    for (const std::optional<Tensor> &t : v.toOptionalTensorList())
      if (t) check(*t);
  }
}

void fallback(const c10::OperatorHandle &op, torch::jit::Stack *stack) {
  for (const auto &argument : torch::jit::last(*stack, op.schema().arguments().size())) check_argument(argument);
  // What the host must know the numbers for: at::equal, at::nonzero.
  if (op.hasTag(at::Tag::data_dependent_output) || op.hasTag(at::Tag::dynamic_output_shape)) meter.scalar_reads++;
  Uncounted copies;
  at::native::cpu_fallback(op, stack, /*error_on_views=*/true);
}

Tensor empty(c10::IntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
             std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, standin::allocator(), c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                   c10::dtype_or_default(dtype), format);
}

Tensor empty_strided(c10::IntArrayRef size, c10::IntArrayRef stride, std::optional<at::ScalarType> dtype,
                     std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(size, stride, standin::allocator(),
                                           c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                           c10::dtype_or_default(dtype));
}

// As on CUDA, the host waits for a copy to the device unless it is asked not to
// and the memory is pinned. Whoever copies to the host waits anyway.
Tensor copy_from(const Tensor &from, const Tensor &to, bool non_blocking) {
  if (Uncounted::depth == 0 && !here(to)) meter.to_host++;
  if (Uncounted::depth == 0 && !here(from)) {
    meter.to_device++;
    if (!non_blocking || !from.is_pinned()) meter.waits++;
  }
  on_host(to).copy_(on_host(from));
  return to;
}

// Where the fallback puts results.
Tensor copy_from_and_resize(const Tensor &from, const Tensor &to) {
  if (to.sizes() != from.sizes()) to.resize_(from.sizes());
  return copy_from(from, to, false);
}

at::Scalar local_scalar(const Tensor &t) {
  meter.scalar_reads++;
  return at::_local_scalar_dense(on_host(t));
}

// Its schema does not say that running statistics are written to, so the
// fallback would lose them.
std::tuple<Tensor, Tensor, Tensor> batch_norm(const Tensor &x, const std::optional<Tensor> &weight,
                                              const std::optional<Tensor> &bias, const std::optional<Tensor> &mean,
                                              const std::optional<Tensor> &variance, bool train, double momentum,
                                              double eps) {
  auto host = [](const std::optional<Tensor> &t) {
    if (t) check_here(*t);
    return t ? on_host(*t) : Tensor();
  };
  check_here(x);
  auto [out, save_mean, save_invstd] = at::native_batch_norm(on_host(x), host(weight), host(bias), host(mean),
                                                             host(variance), train, momentum, eps);
  Uncounted copies;
  return {on_device(out), on_device(save_mean), on_device(save_invstd)};
}

Tensor convolution(const Tensor &x, const Tensor &weight, const std::optional<Tensor> &bias, c10::IntArrayRef stride,
                   c10::IntArrayRef padding, c10::IntArrayRef dilation, bool transposed,
                   c10::IntArrayRef output_padding, int64_t groups) {
  check_here(x);
  check_here(weight);
  Tensor b = bias.value_or(Tensor());
  check_here(b);
  auto out = at::convolution(on_host(x), on_host(weight), on_host(b), stride, padding, dilation, transposed,
                             output_padding, groups);
  Uncounted copies;
  return on_device(out);
}

std::mutex backward_mutex;
cp_standin_backward last_backward;

std::tuple<Tensor, Tensor, Tensor> convolution_backward(const Tensor &grad, const Tensor &x, const Tensor &weight,
                                                        c10::IntArrayRef stride, c10::IntArrayRef padding,
                                                        c10::IntArrayRef dilation, bool transposed,
                                                        c10::IntArrayRef output_padding, int64_t groups,
                                                        std::array<bool, 3> wanted) {
  {
    std::lock_guard<std::mutex> lock(backward_mutex);
    last_backward = {gettid(), standin::current_stream(), c10::GradMode::is_enabled()};
  }
  for (const Tensor &t : {grad, x, weight}) check_here(t);
  // Biases are as long as the output has channels.
  int64_t bias_sizes[] = {transposed ? weight.size(1) * groups : weight.size(0)};
  auto [of_x, of_weight, of_bias] =
      at::convolution_backward(on_host(grad), on_host(x), on_host(weight), at::IntArrayRef(bias_sizes), stride,
                               padding, dilation, transposed, output_padding, groups, wanted);
  Uncounted copies;
  return {on_device(of_x), on_device(of_weight), on_device(of_bias)};
}

}  // namespace

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) {
  m.fallback(torch::CppFunction::makeFromBoxedFunction<&fallback>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", &empty);
  m.impl("empty_strided", &empty_strided);
  m.impl("_copy_from", &copy_from);
  m.impl("_copy_from_and_resize", &copy_from_and_resize);
  m.impl("_local_scalar_dense", &local_scalar);
  m.impl("native_batch_norm", &batch_norm);
  m.impl("convolution_overrideable", &convolution);
  m.impl("convolution_backward_overrideable", &convolution_backward);
  // These change a tensor's sizes and storage, which are the same everywhere:
  // new memory comes from the storage's own allocator.
  m.impl("as_strided", &at::native::as_strided_tensorimpl);
  m.impl("view", &at::native::view);
  m.impl("_reshape_alias", &at::native::_reshape_alias);
  m.impl("unfold", &at::native::unfold);
  m.impl("resize_", &at::native::resize_);
  m.impl("set_.source_Storage_storage_offset", &at::native::set_storage_cpu_);
  m.impl("set_.source_Tensor", &at::native::set_tensor_);
}

// Autocast: CUDA's list of what computes in low precision. What CUDA keeps in
// float32 besides is not part of an update.
TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, m) { m.fallback(torch::CppFunction::makeFallthrough()); }

TORCH_LIBRARY_IMPL(aten, AutocastPrivateUse1, m) {
#define LOW(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, lower_precision_fp)
  AT_FORALL_LOWER_PRECISION_FP(LOW)
#undef LOW
}

extern "C" {

void cp_standin_last_backward(cp_standin_backward *out) {
  std::lock_guard<std::mutex> lock(backward_mutex);
  *out = last_backward;
}

int64_t cp_standin_wait_for_numbers(void) {
  auto x = at::arange(3, at::TensorOptions(standin::device).dtype(at::kFloat));
  return (x.sum().item<double>() == 3) + at::equal(x, x) + (at::nonzero(x).size(0) == 2);
}

}  // extern "C"
