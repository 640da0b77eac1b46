// Modes that libtorch keeps per thread: gradients, autocast.
#include <ATen/autocast_mode.h>

#include "internal.h"

extern "C" {

int cp_set_grad_enabled(int on) {
  bool before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(on);
  return before;
}

char *cp_autocast_enter(const char *device, int dtype) {
  return cutpaste::guard([&] {
    auto type = c10::Device(device).type();
    at::autocast::set_autocast_enabled(type, true);
    at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(dtype));
    at::autocast::increment_nesting();
  });
}

// Leaving the outermost autocast forgets the weights' low-precision copies:
// they are stale after the update.
char *cp_autocast_exit(const char *device) {
  return cutpaste::guard([&] {
    at::autocast::set_autocast_enabled(c10::Device(device).type(), false);
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  });
}

}  // extern "C"
