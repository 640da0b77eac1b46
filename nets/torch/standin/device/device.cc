// A device for tests on machines that have none: its memory, streams and hooks,
// under libtorch's key for devices from outside, PrivateUse1. Its tensors lie in
// the host's memory, but nobody else may know: to libtorch it is another device.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include "internal.h"

standin::Meter standin::meter;

namespace {

using standin::meter;

constexpr size_t alignment = 64;  // as c10's for the host

std::atomic<int64_t> limit{0};

// A size in the words of CUDA's allocator.
std::string text(int64_t bytes) {
  char out[40];
  if (bytes < 1 << 20)
    snprintf(out, sizeof out, "%.2f KiB", double(bytes) / (1 << 10));
  else if (bytes < 1 << 30)
    snprintf(out, sizeof out, "%.2f MiB", double(bytes) / (1 << 20));
  else
    snprintf(out, sizeof out, "%.2f GiB", double(bytes) / (1 << 30));
  return out;
}

void *aligned(size_t bytes) {
  void *data = nullptr;
  TORCH_CHECK_WITH(OutOfMemoryError, posix_memalign(&data, alignment, bytes) == 0,
                   "the stand-in device's host has no ", bytes, " bytes left");
  return data;
}

// The device's memory, as much as the test allows.
struct Memory final : c10::Allocator {
  // A block is freed by its context, which knows its size.
  struct Block {
    void *data;
    int64_t bytes;
  };

  static void give(void *context) {
    auto *b = static_cast<Block *>(context);
    free(b->data);
    meter.live -= b->bytes;
    delete b;
  }

  c10::DataPtr allocate(size_t n) override {
    if (n == 0) return {nullptr, nullptr, &give_nothing, standin::device};
    auto bytes = static_cast<int64_t>(n);
    int64_t most = limit, before = meter.live.fetch_add(bytes);
    if (most > 0 && before + bytes > most) {
      meter.live -= bytes;
      TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried to allocate ", text(bytes),
                       ". GPU 0 has a total capacity of ", text(most), " of which ", text(most - before),
                       " is free. (This is the stand-in device of tests.)");
    }
    meter.allocations++;
    auto *block = new Block{aligned(n), bytes};
    return {block->data, block, &give, standin::device};
  }

  static void give_nothing(void *) {}

  void copy_data(void *to, const void *from, size_t n) const override { default_copy_data(to, from, n); }
};

// Memory of the host that the device may fetch from by itself.
struct Pinned final : c10::Allocator {
  static std::mutex &mutex() {
    static auto *m = new std::mutex;
    return *m;
  }
  static std::map<const char *, size_t> &blocks() {
    static auto *b = new std::map<const char *, size_t>;
    return *b;
  }

  static void give(void *data) {
    {
      std::lock_guard<std::mutex> lock(mutex());
      blocks().erase(static_cast<char *>(data));
    }
    free(data);
  }

  c10::DataPtr allocate(size_t n) override {
    void *data = aligned(n > 0 ? n : 1);
    std::lock_guard<std::mutex> lock(mutex());
    blocks()[static_cast<char *>(data)] = n;
    return {data, data, &give, c10::Device(c10::kCPU)};
  }

  bool holds(const void *p) const {
    auto at = static_cast<const char *>(p);
    std::lock_guard<std::mutex> lock(mutex());
    auto after = blocks().upper_bound(at);
    if (after == blocks().begin()) return false;
    auto block = std::prev(after);
    return at < block->first + block->second;
  }

  c10::DeleterFnPtr raw_deleter() const override { return &give; }

  void copy_data(void *to, const void *from, size_t n) const override { default_copy_data(to, from, n); }
};

// None of these is ever destroyed: tensors may outlive the statics.
Memory &memory() {
  static auto *m = new Memory;
  return *m;
}

Pinned &pinned() {
  static auto *p = new Pinned;
  return *p;
}

thread_local int64_t stream = 0;
std::atomic<int64_t> streams{0};  // handed out

// One device. Everything on it is done by the time that a call returns, so its
// streams are names and its events nothing at all.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  static c10::Stream as_stream(int64_t id) { return c10::Stream(c10::Stream::UNSAFE, standin::device, id); }

  c10::DeviceType type() const override { return standin::type; }
  c10::Device exchangeDevice(c10::Device d) const override {
    setDevice(d);
    return standin::device;
  }
  c10::Device getDevice() const override { return standin::device; }
  void setDevice(c10::Device d) const override {
    TORCH_CHECK(d.type() == standin::type && d.index() <= 0, "there is no device ", d);
  }
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }

  c10::Stream getStream(c10::Device) const override { return as_stream(stream); }
  c10::Stream getDefaultStream(c10::Device) const override { return as_stream(0); }
  c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override { return as_stream(++streams); }
  c10::Stream getNewStream(c10::Device, int) const override { return as_stream(++streams); }
  c10::Stream exchangeStream(c10::Stream s) const override {
    auto before = as_stream(stream);
    stream = s.id();
    return before;
  }
  bool queryStream(const c10::Stream &) const override { return true; }
  void synchronizeStream(const c10::Stream &) const override { meter.waits++; }
  void synchronizeDevice(const c10::DeviceIndex) const override { meter.waits++; }

  void record(void **, const c10::Stream &, const c10::DeviceIndex, const c10::EventFlag) const override {}
  void block(void *, const c10::Stream &) const override {}
  bool queryEvent(void *) const override { return true; }
  void synchronizeEvent(void *) const override { meter.waits++; }
};

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  void setCurrentDevice(c10::DeviceIndex) const override {}
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex) const override { return 0; }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex) const override { return 0; }
  bool isPinnedPtr(const void *p) const override { return pinned().holds(p); }
  c10::Allocator *getPinnedMemoryAllocator() const override { return &pinned(); }
};

struct Registration {
  Registration() {
    c10::register_privateuse1_backend("standin");
    c10::SetAllocator(standin::type, &memory(), /*priority=*/100);
    static c10::impl::DeviceGuardImplRegistrar guard(standin::type, new Guard);
    at::RegisterPrivateUse1HooksInterface(new Hooks);
  }
} registration;

}  // namespace

c10::Allocator *standin::allocator() { return &memory(); }

int64_t standin::current_stream() { return stream; }

extern "C" {

void cp_standin_read(cp_standin_counts *out) {
  *out = {meter.to_device, meter.to_host, meter.scalar_reads, meter.waits, meter.allocations, meter.live};
}

void cp_standin_reset(void) {
  meter.to_device = meter.to_host = meter.scalar_reads = meter.waits = meter.allocations = 0;
}

void cp_standin_limit(int64_t bytes) { limit = bytes; }

}  // extern "C"
