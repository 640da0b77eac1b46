//go:build ignore
// Not by cgo: it needs libtorch's headers, and tools/libtorch compiles it.

// A device that is not there: libtorch's PrivateUse1 key, whose tensors lie in
// the host's memory and are computed on by the host's kernels, but are another
// device to everybody who holds them. It counts what crosses over.
//
// An operation reaches `host` below, which shows the CPU's kernel the same
// memory under the CPU's name: nothing is copied, what the kernel changes in
// place is changed, and the numbers are the CPU's to the last bit.
#include <ATen/autocast_mode.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>

#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>
#include <torch/types.h>

#include <atomic>
#include <vector>

#include "standin.h"

namespace {

constexpr auto key = c10::DispatchKey::PrivateUse1;
const c10::Device device(c10::DeviceType::PrivateUse1, 0);

struct {
  std::atomic<int64_t> to_device, to_host, scalars, bytes, limit;
} counts;

// Memory is counted for as long as a tensor of the device holds it.
void hold(int64_t bytes) {
  int64_t limit = counts.limit, now = counts.bytes + bytes;
  // CUDA's allocator says it so.
  TORCH_CHECK_WITH(OutOfMemoryError, limit == 0 || now <= limit,
                   "STANDIN out of memory. Tried to allocate ", bytes >> 20, ".00 MiB. GPU 0 has a total capacity of ",
                   limit >> 20, ".00 MiB of which ", (limit - counts.bytes) >> 20, ".00 MiB is free.");
  counts.bytes += bytes;
}

// A tensor of the device over memory of the host, whose tensor is held as long.
at::Tensor wrap(const at::Tensor &host) {
  struct Held {
    at::Tensor tensor;
    int64_t bytes;
  };
  auto bytes = static_cast<int64_t>(host.storage().nbytes());
  hold(bytes);
  auto held = new Held{host, bytes};
  auto give = [](void *p) {
    auto held = static_cast<Held *>(p);
    counts.bytes -= held->bytes;
    delete held;
  };
  c10::Storage storage(c10::Storage::use_byte_size_t(), bytes,
                       c10::DataPtr(host.storage().mutable_data(), held, give, device));
  auto t = at::detail::make_tensor<c10::TensorImpl>(std::move(storage), c10::DispatchKeySet(key), host.dtype());
  t.unsafeGetTensorImpl()->set_sizes_and_strides(host.sizes(), host.strides(), host.storage_offset());
  return t;
}

// The same memory under the CPU's name.
at::Tensor unwrap(const at::Tensor &t) {
  if (!t.defined() || t.device() != device) return t;
  auto options = at::TensorOptions(t.scalar_type());
  if (!t.storage().data()) return at::empty(t.sizes(), options);
  return at::from_blob(t.data_ptr(), t.sizes(), t.strides(), [t](void *) {}, options);
}

// What the two devices' tensors may do together is what CUDA allows: a CPU
// tensor of no dimension stands for a number.
void refuse_others(const at::Tensor &t, const char *op) {
  if (!t.defined() || t.device() == device || t.dim() == 0) return;
  TORCH_CHECK(false, "Expected all tensors to be on the same device, but found at least two devices, ",
              device, " and ", t.device(), "! (when checking ", op, ")");
}

void host(const c10::OperatorHandle &op, torch::jit::Stack *stack) {
  auto name = op.schema().operator_name().name.c_str();
  auto arguments = op.schema().arguments().size();
  // The device's tensors, and what the CPU sees of each.
  std::vector<std::pair<at::Tensor, at::Tensor>> mine;
  auto shown = [&](const at::Tensor &t) {
    refuse_others(t, name);
    auto seen = unwrap(t);
    if (t.defined() && t.device() == device) mine.emplace_back(t, seen);
    return seen;
  };
  for (size_t i = stack->size() - arguments; i < stack->size(); i++) {
    auto &v = (*stack)[i];
    if (v.isTensor()) {
      v = shown(v.toTensor());
    } else if (v.isTensorList()) {
      std::vector<at::Tensor> list;
      for (const auto &t : v.toTensorVector()) list.push_back(shown(t));
      v = c10::IValue(list);
    } else if (v.isOptionalTensorList()) {
      c10::List<std::optional<at::Tensor>> list;
      for (const std::optional<at::Tensor> &t : v.toOptionalTensorList())
        list.push_back(t ? std::optional<at::Tensor>(shown(*t)) : std::nullopt);
      v = c10::IValue(list);
    } else if (v.isDevice()) {
      v = c10::IValue(c10::Device(c10::kCPU));
    }
  }
  op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  // An empty tensor that was given for the result may have got its size now.
  for (auto &[t, seen] : mine) {
    if (seen.sizes() == t.sizes()) continue;
    auto grown = wrap(seen);
    t.unsafeGetTensorImpl()->set_storage_keep_dtype(grown.storage());
    t.unsafeGetTensorImpl()->set_sizes_and_strides(grown.sizes(), grown.strides());
  }
  auto back = [&](const at::Tensor &result) {
    for (auto &[t, seen] : mine)
      if (result.is_same(seen)) return t;
    return result.defined() ? wrap(result) : result;
  };
  for (size_t i = stack->size() - op.schema().returns().size(); i < stack->size(); i++) {
    auto &v = (*stack)[i];
    if (v.isTensor()) {
      v = back(v.toTensor());
    } else if (v.isTensorList()) {
      std::vector<at::Tensor> list;
      for (const auto &t : v.toTensorVector()) list.push_back(back(t));
      v = c10::IValue(list);
    }
  }
}

at::Tensor empty(at::IntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                 std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return wrap(at::empty(size, at::TensorOptions(c10::dtype_or_default(dtype)), format));
}

at::Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride, std::optional<at::ScalarType> dtype,
                         std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return wrap(at::empty_strided(size, stride, at::TensorOptions(c10::dtype_or_default(dtype))));
}

at::Tensor copy_from(const at::Tensor &from, const at::Tensor &to, bool) {
  if (from.device() != device) counts.to_device++;
  if (to.device() != device) counts.to_host++;
  unwrap(to).copy_(unwrap(from));
  return to;
}

at::Scalar scalar(const at::Tensor &t) {
  counts.scalars++;
  return at::_local_scalar_dense(unwrap(t));
}

at::Tensor as_strided(const at::Tensor &t, at::IntArrayRef size, at::IntArrayRef stride, std::optional<int64_t> offset) {
  return at::native::as_strided_tensorimpl(t, size, stride, offset);
}

at::Tensor convolution(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias,
                       at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                       at::IntArrayRef output_padding, int64_t groups) {
  refuse_others(weight, "convolution");
  auto b = bias ? std::optional<at::Tensor>(unwrap(*bias)) : std::nullopt;
  return wrap(at::convolution(unwrap(x), unwrap(weight), b, stride, padding, dilation, transposed, output_padding, groups));
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> convolution_backward(
    const at::Tensor &grad, const at::Tensor &x, const at::Tensor &weight, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed, at::IntArrayRef output_padding,
    int64_t groups, std::array<bool, 3> mask) {
  auto [gx, gw, gb] = at::convolution_backward(unwrap(grad), unwrap(x), unwrap(weight), at::IntArrayRef{weight.size(0)},
                                               stride, padding, dilation, transposed, output_padding, groups, mask);
  auto back = [](const at::Tensor &t) { return t.defined() ? wrap(t) : t; };
  return {back(gx), back(gw), back(gb)};
}

struct Allocator final : c10::Allocator {
  c10::DataPtr allocate(size_t n) override {
    hold(static_cast<int64_t>(n));
    auto data = c10::GetAllocator(c10::kCPU)->allocate(n);
    auto held = new Held{std::move(data), static_cast<int64_t>(n)};
    return {held->data.get(), held, &give, device};
  }
  void copy_data(void *to, const void *from, size_t n) const override { default_copy_data(to, from, n); }

 private:
  struct Held {
    c10::DataPtr data;
    int64_t bytes;
  };
  static void give(void *p) {
    auto held = static_cast<Held *>(p);
    counts.bytes -= held->bytes;
    delete held;
  }
} allocator;

struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return device.type(); }
  c10::Device exchangeDevice(c10::Device) const override { return device; }
  c10::Device getDevice() const override { return device; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device) const override { return c10::Stream(c10::Stream::DEFAULT, device); }
  c10::Stream getDefaultStream(c10::Device) const override { return c10::Stream(c10::Stream::DEFAULT, device); }
  c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override { return c10::Stream(c10::Stream::DEFAULT, device); }
  c10::Stream exchangeStream(c10::Stream) const override { return c10::Stream(c10::Stream::DEFAULT, device); }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void **, const c10::Stream &, const c10::DeviceIndex, const c10::EventFlag) const override {}
  void block(void *, const c10::Stream &) const override {}
  bool queryEvent(void *) const override { return true; }
  void destroyEvent(void *, const c10::DeviceIndex) const noexcept override {}
  bool queryStream(const c10::Stream &) const override { return true; }
  void synchronizeStream(const c10::Stream &) const override {}
  void synchronizeEvent(void *) const override {}
  void synchronizeDevice(const c10::DeviceIndex) const override {}
};

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
};

}  // namespace

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&host>()); }

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", empty);
  m.impl("empty_strided", empty_strided);
  m.impl("_copy_from", copy_from);
  m.impl("_local_scalar_dense", scalar);
  m.impl("as_strided", as_strided);
  m.impl("view", at::native::view);
  m.impl("_reshape_alias", at::native::_reshape_alias);
  m.impl("unfold", at::native::unfold);
  m.impl("convolution_overrideable", convolution);
  m.impl("convolution_backward_overrideable", convolution_backward);
}

TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, m) { m.fallback(torch::CppFunction::makeFallthrough()); }

// What autocast computes in low precision of all that a net here uses.
TORCH_LIBRARY_IMPL(aten, AutocastPrivateUse1, m) {
  KERNEL_PRIVATEUSEONE(conv2d, lower_precision_fp)
  KERNEL_PRIVATEUSEONE(linear, lower_precision_fp)
  KERNEL_PRIVATEUSEONE(addmm, lower_precision_fp)
  KERNEL_PRIVATEUSEONE(mm, lower_precision_fp)
  KERNEL_PRIVATEUSEONE(matmul, lower_precision_fp)
}

extern "C" {

void standin_begin(void) {
  c10::register_privateuse1_backend("standin");
  c10::SetAllocator(device.type(), &allocator);
  at::RegisterPrivateUse1HooksInterface(new Hooks);
}

void standin_counts(int64_t *to_device, int64_t *to_host, int64_t *scalars, int64_t *bytes) {
  *to_device = counts.to_device;
  *to_host = counts.to_host;
  *scalars = counts.scalars;
  *bytes = counts.bytes;
}

void standin_reset(void) { counts.to_device = counts.to_host = counts.scalars = 0; }

void standin_limit(int64_t bytes) { counts.limit = bytes; }

}  // extern "C"
