// CUDA graphs and the memory of a device.
#include "cuda.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>

#include "../internal.h"

using cutpaste::guard;

namespace {

struct Graph {
  at::cuda::CUDAGraph graph;
  bool capturing = false;
};

char *begin(cp_graph *out) {
  return guard([&] {
    auto g = std::make_unique<Graph>();
    g->graph.capture_begin();
    g->capturing = true;
    *out = g.release();
  });
}

char *end(cp_graph handle) {
  return guard([&] {
    auto g = static_cast<Graph *>(handle);
    g->capturing = false;
    g->graph.capture_end();
  });
}

char *replay(cp_graph handle) {
  return guard([&] { static_cast<Graph *>(handle)->graph.replay(); });
}

void free_graph(cp_graph handle) {
  auto g = static_cast<Graph *>(handle);
  // A capture that was given up has to end, whatever CUDA says of it, or the
  // stream stays in it.
  if (g->capturing) {
    char *ignored = end(handle);
    free(ignored);
    cudaGetLastError();
  }
  char *ignored = guard([&] { delete g; });
  free(ignored);
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
  static const cp_cuda_table table = {begin, end, replay, free_graph, memory};
  return &table;
}
