// A table of libtorch's operators: how often each ran, and for how long.
//
// libtorch tells an observer when an operator begins and ends. Operators call
// others, so each thread keeps the chain of those that are open: what an inner
// one took is not the outer one's own time. Threads that share the work of one
// operator are not looked at; that time is the operator's already.
#include <chrono>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "internal.h"

namespace {

using clock_type = std::chrono::steady_clock;

struct Sum {
  int64_t calls = 0, self = 0, total = 0;
};

struct State {
  std::mutex lock;
  std::unordered_map<std::string, Sum> sums;
  // Where operators only start work: the device that is waited for after each.
  std::optional<c10::Device> device;
  at::CallbackHandle handle = at::INVALID_CALLBACK_HANDLE;
} state;

struct Open : at::ObserverContext {
  clock_type::time_point start;
  int64_t inner = 0;  // nanoseconds in operators that this one called
  Open *outer = nullptr;
};

thread_local Open *innermost = nullptr;

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction &) {
  if (at::in_parallel_region()) return nullptr;
  auto open = std::make_unique<Open>();
  open->outer = innermost;
  innermost = open.get();
  open->start = clock_type::now();
  return open;
}

void end(const at::RecordFunction &f, at::ObserverContext *context) {
  if (!context) return;
  auto *open = static_cast<Open *>(context);
  if (state.device)
    c10::impl::VirtualGuardImpl(state.device->type())
        .synchronizeDevice(state.device->index());
  int64_t took = std::chrono::nanoseconds(clock_type::now() - open->start).count();
  innermost = open->outer;
  if (innermost) innermost->inner += took;
  std::lock_guard<std::mutex> guard(state.lock);
  Sum &s = state.sums[f.name()];
  s.calls++;
  s.total += took;
  s.self += took - open->inner;
}

}  // namespace

extern "C" {

char *cp_profile_start(const char *device) {
  return cutpaste::guard([&] {
    c10::Device d{std::string(device)};
    state.sums.clear();
    state.device.reset();
    if (!d.is_cpu()) state.device = d;
    state.handle = at::addGlobalCallback(
        at::RecordFunctionCallback(&begin, &end)
            .scopes({at::RecordScope::FUNCTION}));
  });
}

int64_t cp_profile_stop(void) {
  at::removeCallback(state.handle);
  return static_cast<int64_t>(state.sums.size());
}

void cp_profile_read(cp_operator *out) {
  // Their order is that of the hash table; the names' memory is the table's.
  for (const auto &[name, s] : state.sums)
    *out++ = {name.c_str(), s.calls, s.self, s.total};
}

}  // extern "C"
