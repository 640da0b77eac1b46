// Convolutions of inference: batch normalisation folded into their weights, and what
// follows done in the same pass over their output where oneDNN can.
#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>

#include "internal.h"

using cutpaste::guard;
using cutpaste::own;
using cutpaste::ref;

namespace {

using Stack = std::vector<c10::IValue>;

// oneDNN's convolutions with what follows them, and what puts weights into the order
// that they compute in, as libtorch has registered them for its compiler; none in a
// build without oneDNN. They are called by their schema rather than by C++ types,
// which differ between libtorch's versions.
struct Pointwise {
  std::optional<c10::OperatorHandle> alone, onto, pack;
};

const Pointwise &pointwise() {
  static const Pointwise p = [] {
    auto &d = c10::Dispatcher::singleton();
    return Pointwise{d.findSchema({"mkldnn::_convolution_pointwise", ""}),
                     d.findSchema({"mkldnn::_convolution_pointwise_", "binary"}),
                     d.findSchema({"mkldnn::_reorder_convolution_weight", ""})};
  }();
  return p;
}

// Whether oneDNN computes this convolution in the type that its tensors have.
bool fuses(const at::Tensor &x, const at::Tensor &weight) {
  auto &p = pointwise();
  return p.alone && p.onto && p.pack && x.device().is_cpu() && x.numel() > 0 &&
         x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
         at::globalContext().userEnabledMkldnn() && !at::autocast::is_autocast_enabled(at::kCPU);
}

std::vector<int64_t> both(int64_t v) { return {v, v}; }

void activate(at::Tensor &x, int activation) {
  switch (activation) {
  case CP_LINEAR: return;
  case CP_RELU: at::relu_(x); return;
  case CP_RELU6: at::hardtanh_(x, 0, 6); return;
  case CP_SILU: at::silu_(x); return;
  }
  TORCH_CHECK(false, "there is no activation ", activation);
}

// What both of oneDNN's operators take of a convolution.
void push(Stack &s, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
          int64_t stride, int64_t padding, int64_t groups) {
  for (auto &t : {x, weight, bias}) s.emplace_back(t);
  for (int64_t v : {padding, stride, int64_t(1)}) s.emplace_back(both(v));
  s.emplace_back(groups);
}

// An activation by the name and the numbers that oneDNN's operators have for it.
void push(Stack &s, int activation) {
  static const char *const names[] = {"none", "relu", "hardtanh", "swish"};
  TORCH_CHECK(activation >= CP_LINEAR && activation <= CP_SILU, "there is no activation ", activation);
  c10::List<std::optional<at::Scalar>> numbers;
  if (activation == CP_RELU6) numbers = c10::List<std::optional<at::Scalar>>({at::Scalar(0), at::Scalar(6)});
  s.emplace_back(names[activation]);
  s.emplace_back(std::move(numbers));
  s.emplace_back(""); // algorithm
}

}  // namespace

extern "C" {

// Rounded to float32 once, at the end.
char *cp_fold(cp_tensor weight, cp_tensor scale, cp_tensor shift, cp_tensor mean,
              cp_tensor variance, double eps, cp_tensor *folded, cp_tensor *bias) {
  return guard([&] {
    at::NoGradGuard no_grad;
    auto factor = ref(variance).to(at::kDouble).add_(eps).rsqrt_().mul_(ref(scale));
    auto w = ref(weight).to(at::kDouble).mul_(factor.view({-1, 1, 1, 1}));
    auto b = ref(shift).to(at::kDouble).sub_(factor.mul_(ref(mean)));
    *folded = own(w.to(at::kFloat));
    *bias = own(b.to(at::kFloat));
  });
}

char *cp_conv_activated(cp_tensor x, cp_tensor weight, cp_tensor bias, int64_t stride,
                        int64_t padding, int64_t groups, cp_tensor onto, int activation,
                        cp_tensor *out) {
  return guard([&] {
    auto &w = *static_cast<at::Tensor *>(weight);
    if (!w.is_mkldnn() && fuses(ref(x), w)) {
      // The order that is the fastest depends on the size of pictures, and is not to be
      // found again for every batch.
      Stack s{w, both(padding), both(stride), both(1), groups, ref(x).sizes().vec()};
      pointwise().pack->callBoxed(s);
      w = s.at(0).toTensor();
    }
    if (!w.is_mkldnn()) {
      auto y = at::conv2d(ref(x), w, ref(bias), stride, padding, 1, groups);
      if (onto) y.add_(ref(onto));
      activate(y, activation);
      *out = own(y);
      return;
    }
    Stack s;
    if (!onto) {
      push(s, ref(x), w, ref(bias), stride, padding, groups);
      push(s, activation);
      pointwise().alone->callBoxed(s);
      *out = own(s.at(0).toTensor());
      return;
    }
    // oneDNN adds to what is in its output's memory already. After a sum libtorch has
    // it do ReLU or nothing.
    bool relu = activation == CP_RELU;
    s.emplace_back(ref(onto));
    push(s, ref(x), w, ref(bias), stride, padding, groups);
    s.emplace_back("add");
    s.emplace_back(at::Scalar(1));
    s.push_back(relu ? c10::IValue("relu") : c10::IValue());
    s.emplace_back(c10::List<std::optional<at::Scalar>>());
    s.push_back(c10::IValue());
    pointwise().onto->callBoxed(s);
    auto y = s.at(0).toTensor();
    if (!relu) activate(y, activation);
    *out = own(y);
  });
}

}  // extern "C"
