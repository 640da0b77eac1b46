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
  at::Tensor scale, growth;  // of the loss; undefined where it is not scaled
};

// torch.amp.GradScaler's defaults.
constexpr double kFirstScale = 65536, kGrowth = 2, kBackoff = 0.5;
constexpr int64_t kGrowthInterval = 2000;

// Divides the gradients by the loss's scale. The result is 1 where one of them
// is not finite, else 0; it stays on the device.
at::Tensor unscale(const SGD &s, at::TensorList grads) {
  auto found = at::zeros({}, s.scale.options());
  at::_amp_foreach_non_finite_check_and_unscale_(
      grads, found, s.scale.to(at::kDouble).reciprocal().to(at::kFloat));
  return found;
}

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
    std::optional<at::Tensor> found;
    if (s->scale.defined()) found = unscale(*s, grads);
    auto step = [&](const auto &rate) {
      at::_fused_sgd_(params, grads, buffers, s->weight_decay, s->momentum, rate,
                      /*dampening=*/0, s->nesterov, /*maximize=*/false,
                      /*is_first_step=*/false, /*grad_scale=*/{}, found);
    };
    if (lr_tensor)
      step(ref(lr_tensor));
    else
      step(lr);
    if (found)
      at::_amp_update_scale_(s->scale, s->growth, *found, kGrowth, kBackoff,
                             kGrowthInterval);
  });
}

// From now on losses are scaled: cp_sgd_scale before a backward pass.
char *cp_sgd_scale_losses(cp_sgd handle) {
  return guard([&] {
    auto s = static_cast<SGD *>(handle);
    auto on = s->params.at(0).options().dtype(at::kFloat);
    s->scale = at::full({}, kFirstScale, on);
    s->growth = at::zeros({}, on.dtype(at::kInt));
  });
}

// The loss times its scale.
char *cp_sgd_scale(cp_sgd handle, cp_tensor loss, cp_tensor *out) {
  return guard(
      [&] { *out = own(ref(loss) * static_cast<SGD *>(handle)->scale); });
}

// 0: the scale, float32 []; 1: the steps since it last changed, int32 [].
char *cp_sgd_scaling(cp_sgd handle, int which, cp_tensor *out) {
  return guard([&] {
    auto s = static_cast<SGD *>(handle);
    *out = own(which == 0 ? s->scale : s->growth);
  });
}

char *cp_sgd_buffer(cp_sgd handle, int64_t i, cp_tensor *out) {
  return guard([&] { *out = own(static_cast<SGD *>(handle)->buffers.at(i)); });
}

// Lets go of gradients that no step used.
void cp_sgd_drop(cp_sgd handle) {
  if (!handle) return;
  for (auto &p : static_cast<SGD *>(handle)->params) p.mutable_grad() = at::Tensor();
}

void cp_sgd_free(cp_sgd handle) {
  cp_sgd_drop(handle);
  delete static_cast<SGD *>(handle);
}

}  // extern "C"
