// Grad-CAM: what stands before and after its backward pass.
#include "internal.h"

using cutpaste::guard;
using cutpaste::own;
using cutpaste::ref;

extern "C" {

// at::max rather than at::amax, whose gradient is shared by equal numbers.
char *cp_sum_of_largest(cp_tensor x, int64_t from, int64_t to, cp_tensor *out) {
  return guard([&] {
    auto columns = ref(x).narrow(1, from, to - from).to(at::kFloat);
    *out = own(std::get<0>(at::max(columns, 1)).sum());
  });
}

char *cp_activation_map(cp_tensor maps, cp_tensor gradient, cp_tensor *out) {
  return guard([&] {
    const int64_t positions[] = {2, 3};
    auto weights = ref(gradient).to(at::kFloat).mean(at::IntArrayRef(positions), /*keepdim=*/true);
    *out = own(ref(maps).detach().to(at::kFloat).mul(weights).sum(1).relu_());
  });
}

}  // extern "C"
