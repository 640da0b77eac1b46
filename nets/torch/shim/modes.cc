// Modes that libtorch keeps per thread: gradients, autocast.
#include <ATen/autocast_mode.h>

#include "internal.h"

extern "C" {

int cp_set_grad_enabled(int on) {
  bool before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(on);
  return before;
}

// before becomes the type that autocast had, or -1 where it was off.
char *cp_autocast_enter(const char *device, int dtype, int *before) {
  return cutpaste::guard([&] {
    auto type = c10::Device(device).type();
    *before = at::autocast::is_autocast_enabled(type)
                  ? static_cast<int>(at::autocast::get_autocast_dtype(type))
                  : -1;
    at::autocast::set_autocast_enabled(type, true);
    at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(dtype));
    at::autocast::increment_nesting();
  });
}

// Leaving the outermost autocast forgets the weights' low-precision copies:
// they are stale after the update.
char *cp_autocast_exit(const char *device, int before) {
  return cutpaste::guard([&] {
    auto type = c10::Device(device).type();
    at::autocast::set_autocast_enabled(type, before >= 0);
    if (before >= 0)
      at::autocast::set_autocast_dtype(type,
                                       static_cast<at::ScalarType>(before));
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  });
}

}  // extern "C"
