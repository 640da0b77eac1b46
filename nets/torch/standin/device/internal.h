// Shared by the stand-in device's sources: what it counts.
#pragma once

#include <atomic>

#include <c10/core/Allocator.h>
#include <c10/core/Device.h>

#include "standin.h"

namespace standin {

constexpr auto type = c10::DeviceType::PrivateUse1;
inline const c10::Device device{type, 0}; // there is one

struct Meter {
  std::atomic<int64_t> to_device{0}, to_host{0}, scalar_reads{0}, waits{0},
      allocations{0}, live{0};
};
extern Meter meter;

c10::Allocator *allocator();

int64_t current_stream();

}  // namespace standin
