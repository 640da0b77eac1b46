// Stochastic gradient descent with momentum over all weights in one fused call.
#include "internal.h"

using cutpaste::guard;
using cutpaste::own;
using cutpaste::ref;

namespace {

struct SGD {
  std::vector<at::Tensor> params;
  std::vector<at::Tensor> buffers;  // momentum, as torch.optim.SGD's
  double momentum, weight_decay;
  bool nesterov;
};

}  // namespace

extern "C" {

// Momentum starts at zero: 0*momentum + gradient is the gradient, which is how
// torch.optim.SGD starts its buffers.
char *cp_sgd_new(cp_tensor *params, int64_t n, double momentum,
                 double weight_decay, int nesterov, cp_sgd *out) {
  return guard([&] {
    auto s = std::make_unique<SGD>();
    for (int64_t i = 0; i < n; i++) {
      s->params.push_back(ref(params[i]));
      s->buffers.push_back(at::zeros_like(ref(params[i]).detach()));
    }
    s->momentum = momentum;
    s->weight_decay = weight_decay;
    s->nesterov = nesterov;
    *out = s.release();
  });
}

// One update with this learning rate, or with the one that lr_tensor, which may
// be NULL, holds on the device; the gradients are let go afterwards, so the next
// backward pass writes instead of adding.
char *cp_sgd_step(cp_sgd handle, double lr, cp_tensor lr_tensor) {
  return guard([&] {
    at::NoGradGuard no_grad;
    auto s = static_cast<SGD *>(handle);
    std::vector<at::Tensor> params, grads, buffers;
    params.reserve(s->params.size());
    grads.reserve(s->params.size());
    buffers.reserve(s->params.size());
    for (size_t i = 0; i < s->params.size(); i++) {
      auto &grad = s->params[i].mutable_grad();
      if (!grad.defined()) continue;
      params.push_back(s->params[i]);
      grads.push_back(std::move(grad));
      // libtorch takes no buffers where there is no momentum.
      if (s->momentum != 0) buffers.push_back(s->buffers[i]);
      grad = at::Tensor();
    }
    TORCH_CHECK(!params.empty(), "no weight has a gradient: call backward first");
    auto step = [&](const auto &rate) {
      at::_fused_sgd_(params, grads, buffers, s->weight_decay, s->momentum, rate,
                      /*dampening=*/0, s->nesterov, /*maximize=*/false,
                      /*is_first_step=*/false);
    };
    if (lr_tensor)
      step(ref(lr_tensor));
    else
      step(lr);
  });
}

char *cp_sgd_buffer(cp_sgd handle, int64_t i, cp_tensor *out) {
  return guard([&] { *out = own(static_cast<SGD *>(handle)->buffers.at(i)); });
}

void cp_sgd_free(cp_sgd handle) { delete static_cast<SGD *>(handle); }

}  // extern "C"
