// The host's memory for tensors. An update takes and gives back the same blocks
// each time, so blocks are kept by size and handed out again: no page is asked
// for twice, and the process does not grow from update to update because two
// blocks found their places in another order, as they do under malloc.
#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <mutex>
#include <unordered_map>
#include <vector>

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include "internal.h"

namespace {

// Before every block stands its size, in as many bytes as keep the block
// aligned for any vector instruction.
constexpr size_t header = 64;

// What is smaller than a page shares pages with others, which malloc does well.
constexpr size_t smallest_kept = 4096;

struct KeepingAllocator final : c10::Allocator {
  std::mutex mutex;
  std::unordered_map<size_t, std::vector<void *>> kept;  // by size

  static size_t &size_of(void *block) { return *static_cast<size_t *>(block); }

  // Sizes in steps of an eighth, so that sizes that are almost the same are
  // one.
  static size_t rounded(size_t bytes) {
    if (bytes < smallest_kept) return bytes;
    size_t step = smallest_kept;
    while (step * 16 <= bytes) step *= 2;
    return (bytes + step - 1) / step * step;
  }

  void *take(size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex);
    auto found = kept.find(bytes);
    if (found == kept.end() || found->second.empty()) return nullptr;
    void *block = found->second.back();
    found->second.pop_back();
    return block;
  }

  c10::DataPtr allocate(size_t n) override {
    if (n == 0) return {nullptr, nullptr, &give, c10::Device(c10::kCPU)};
    size_t bytes = rounded(n + header);
    void *block = bytes >= smallest_kept ? take(bytes) : nullptr;
    if (!block && posix_memalign(&block, header, bytes) != 0) {
      release();  // the kept blocks may be what is missing
      TORCH_CHECK_WITH(OutOfMemoryError, posix_memalign(&block, header, bytes) == 0,
                       "the host has no memory left: out of memory. Tried to allocate ", n, " bytes.");
    }
    size_of(block) = bytes;
    void *data = static_cast<char *>(block) + header;
    return {data, data, &give, c10::Device(c10::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &give; }

  void copy_data(void *to, const void *from, size_t n) const override {
    default_copy_data(to, from, n);
  }

  // Gives the kept blocks back, to the system too: malloc keeps some tens of megabytes
  // of what is freed.
  void release() {
    std::lock_guard<std::mutex> lock(mutex);
    for (auto &of : kept)
      for (void *block : of.second) free(block);
    kept.clear();
#ifdef __GLIBC__
    malloc_trim(0);
#endif
  }

  static void give(void *data);
};

KeepingAllocator &keeper() {
  static auto *k = new KeepingAllocator;  // outlives every tensor
  return *k;
}

void KeepingAllocator::give(void *data) {
  if (!data) return;
  void *block = static_cast<char *>(data) - header;
  size_t bytes = size_of(block);
  if (bytes < smallest_kept) return free(block);
  auto &k = keeper();
  std::lock_guard<std::mutex> lock(k.mutex);
  k.kept[bytes].push_back(block);
}

}  // namespace

void cutpaste::keep_memory() { c10::SetCPUAllocator(&keeper(), /*priority=*/100); }

void cutpaste::release_kept_memory() { keeper().release(); }
