// Operations of networks that gotorch lacks.
#include "internal.h"

using cutpaste::guard;
using cutpaste::own;
using cutpaste::ref;

namespace {

// What an update keeps, bytes [N,columns] of 0 and 1, as factors of type like x.
at::Tensor factors(const at::Tensor &x, const at::Tensor &kept, double scale) {
  return kept.to(x.scalar_type()).mul_(scale);
}

}  // namespace

extern "C" {

// In place only where nothing is recorded: a backward pass needs x, so libtorch
// would copy it first.
char *cp_silu(cp_tensor x, cp_tensor *out) {
  return guard([&] {
    *out = own(ref(x).requires_grad() ? at::silu(ref(x)) : at::silu_(const_cast<at::Tensor &>(ref(x))));
  });
}

// A backward pass can do with min(max(x, 0), 6) itself, so x is replaced.
char *cp_relu6(cp_tensor x, cp_tensor *out) {
  return guard([&] { *out = own(at::hardtanh_(const_cast<at::Tensor &>(ref(x)), 0, 6)); });
}

// x [N,C,H,W] times gate [N,C,1,1].
char *cp_gate(cp_tensor x, cp_tensor gate, cp_tensor *out) {
  return guard([&] {
    *out = own(ref(x).requires_grad() || ref(gate).requires_grad() ? ref(x).mul(ref(gate))
                                                                  : ref(x).mul_(ref(gate)));
  });
}

// Zeros around x [N,C,H,W]: before and after, in both dimensions.
char *cp_pad(cp_tensor x, int64_t before, int64_t after, cp_tensor *out) {
  return guard([&] { *out = own(at::constant_pad_nd(ref(x), {before, after, before, after})); });
}

// x [N,C,H,W] plus y, but for those of the N whose byte in column of kept
// [N,columns] is 0, of which y alone is left.
char *cp_add_kept(cp_tensor x, cp_tensor y, cp_tensor kept, int64_t column, double scale,
                  cp_tensor *out) {
  return guard([&] {
    auto f = factors(ref(x), ref(kept).select(1, column), scale).view({-1, 1, 1, 1});
    *out = own(at::addcmul(ref(y), ref(x), f));
  });
}

// x [N,D] times the columns from `from` on of kept [N,columns].
char *cp_keep(cp_tensor x, cp_tensor kept, int64_t from, double scale, cp_tensor *out) {
  return guard([&] {
    *out = own(ref(x).mul(factors(ref(x), ref(kept).narrow(1, from, ref(x).size(1)), scale)));
  });
}

}  // extern "C"
