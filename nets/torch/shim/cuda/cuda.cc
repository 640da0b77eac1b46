// CUDA graphs and the memory of a device.
#include "cuda.h"

#include <ATen/core/CachingHostAllocator.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>

#include "../internal.h"

using cutpaste::guard;

namespace {

struct Graph {
  at::cuda::CUDAGraph graph;
  at::cuda::MempoolId_t pool = at::cuda::graph_pool_handle();
  c10::DeviceIndex device = c10::cuda::current_device();
  bool capturing = false;
};

// The allocator of pinned memory takes part in captures since libtorch 2.9 or
// so; before, it has no such functions.
template <class H>
auto end_pinned(H *h, at::cuda::MempoolId_t pool, int)
    -> decltype(h->end_allocate_to_pool(pool), h->release_pool(pool)) {
  h->end_allocate_to_pool(pool);
  h->release_pool(pool);
}
template <class H>
void end_pinned(H *, at::cuda::MempoolId_t, long) {}

// A capture that cannot be ended leaves the allocators taking memory for it, for
// ever: libtorch tidies up after a capture that ended well only.
void abandon(Graph &g) {
  g.capturing = false;
  cudaGetLastError();
  auto quietly = [](auto f) { free(guard(f)); };
  quietly([&] { c10::cuda::CUDACachingAllocator::endAllocateToPool(g.device, g.pool); });
  quietly([&] { c10::cuda::CUDACachingAllocator::releasePool(g.device, g.pool); });
  quietly([&] { end_pinned(at::getHostAllocator(at::kCUDA), g.pool, 0); });
}

char *begin(cp_graph *out) {
  return guard([&] {
    auto g = std::make_unique<Graph>();
    try {
      g->graph.capture_begin(g->pool);
    } catch (...) {
      abandon(*g);
      throw;
    }
    g->capturing = true;
    *out = g.release();
  });
}

char *end(cp_graph handle) {
  return guard([&] {
    auto g = static_cast<Graph *>(handle);
    try {
      g->graph.capture_end();
    } catch (...) {
      abandon(*g);
      throw;
    }
    g->capturing = false;
  });
}

char *replay(cp_graph handle) {
  return guard([&] { static_cast<Graph *>(handle)->graph.replay(); });
}

void free_graph(cp_graph handle) {
  auto g = static_cast<Graph *>(handle);
  // A capture that was given up has to end, whatever CUDA says of it, or the
  // stream stays in it.
  if (g->capturing) free(end(handle));
  free(guard([&] { delete g; }));
}

char *empty_cache() {
  return guard([] { c10::cuda::CUDACachingAllocator::emptyCache(); });
}

char *memory(int device, size_t *free_bytes, size_t *total) {
  return guard([&] {
    c10::cuda::CUDAGuard here(static_cast<c10::DeviceIndex>(device));
    auto code = cudaMemGetInfo(free_bytes, total);
    TORCH_CHECK(code == cudaSuccess, cudaGetErrorString(code));
    // What libtorch holds and does not use is free for us.
    auto held = c10::cuda::CUDACachingAllocator::getDeviceStats(static_cast<c10::DeviceIndex>(device));
    *free_bytes += held.reserved_bytes[0].current - held.allocated_bytes[0].current;
  });
}

}  // namespace

extern "C" const cp_cuda_table *cp_cuda_functions(void) {
  static const cp_cuda_table table = {begin, end, replay, free_graph, memory, empty_cache};
  return &table;
}
