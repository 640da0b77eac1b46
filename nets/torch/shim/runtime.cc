// The process as a whole: memory, threads, and CUDA's library.
#include <dlfcn.h>
#include <malloc.h>
#include <unistd.h>

#include <string>

#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/DeviceGuard.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include "internal.h"

namespace {

std::string cuda_reason = "libtorch was not asked yet";

// What is too small for memory.cc, and what oneDNN takes for itself, comes from
// glibc: one arena for all threads, whose freed memory stays there for the next
// update.
void keep_freed_memory() {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 << 20);
}

// Why the driver cannot serve libtorch's CUDA part, or "". It is asked itself and
// first, since libtorch would complain in its own words, on standard error.
std::string unfit(void *driver) {
  int offered = 0;
  auto ask = reinterpret_cast<int (*)(int *)>(dlsym(driver, "cuDriverGetVersion"));
  if (!ask || ask(&offered) != 0) return "the NVIDIA driver does not answer";
  auto needed = static_cast<int>(at::detail::getCUDAHooks().versionCUDART());
  if (offered / 1000 >= needed / 1000) return "";
  auto text = [](int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
  };
  return "the NVIDIA driver is too old: it is for CUDA " + text(offered) + ", and this libtorch for CUDA " +
         text(needed) + "; update the driver, or run `make build` without LIBTORCH for a libtorch that fits it";
}

// The binary is linked without CUDA. Where there is a driver, libtorch's CUDA
// part is loaded here, before anybody asks libtorch about CUDA: the answer
// "without CUDA" would stick for the life of the process.
void load_cuda() {
  void *driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL);
  if (!driver) {
    cuda_reason = "there is no NVIDIA driver (libcuda.so.1 was not found)";
    return;
  }
  auto lib = cutpaste::folder_of(reinterpret_cast<void *>(&at::globalContext));
  if (lib.empty()) {
    cuda_reason = "the folder of libtorch could not be told";
    return;
  }
  lib += "libtorch_cuda.so";
  if (access(lib.c_str(), F_OK) != 0) {
    cuda_reason = "this libtorch has no CUDA part (" + lib +
                  " is not there); run `make build CUDA=1`, with LIBTORCH a folder that has one or none";
    return;
  }
  if (!dlopen(lib.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
    const char *e = dlerror();
    cuda_reason = "libtorch's CUDA part could not be loaded (" +
                  std::string(e ? e : lib.c_str()) +
                  "); run `make build CUDA=1`";
    return;
  }
  cuda_reason = unfit(driver);
  if (!cuda_reason.empty()) return;
  if (!at::globalContext().hasCUDA()) {
    cuda_reason = "the NVIDIA driver shows no device";
    return;
  }
  cuda_reason.clear();
  cutpaste::load_cuda_functions();
}

}  // namespace

extern "C" {

void cp_runtime_init(void) {
  keep_freed_memory();
  cutpaste::keep_memory();
  load_cuda();
}

const char *cp_version(void) { return TORCH_VERSION; }

const char *cp_cuda_reason(void) { return cuda_reason.c_str(); }

int cp_cuda_devices(void) {
  if (!cuda_reason.empty()) return 0;
  try {
    return static_cast<int>(torch::cuda::device_count());
  } catch (...) {
    return 0;
  }
}

void cp_set_threads(int n) { at::set_num_threads(n); }

int cp_get_threads(void) { return at::get_num_threads(); }

void cp_set_deterministic(int on) {
  at::globalContext().setDeterministicAlgorithms(on, /*warn_only=*/false);
  // Filling fresh memory would show the use of what nobody wrote; nothing here
  // reads such memory, and it cost a tenth of an update.
  at::globalContext().setDeterministicFillUninitializedMemory(false);
  at::globalContext().setDeterministicCuDNN(on);
  at::globalContext().setBenchmarkCuDNN(!on);
}

// These two setters are libtorch's older ones: 2.8 has them too.
char *cp_set_tf32(int on) {
  return cutpaste::guard([&] {
    at::globalContext().setAllowTF32CuBLAS(on);
    at::globalContext().setAllowTF32CuDNN(on);
  });
}

// Through CUDA's hooks, as this library is not linked with CUDA.
char *cp_cuda_bfloat16(const char *device, int *out) {
  return cutpaste::guard([&] {
    c10::DeviceGuard on{c10::Device(device)};
    *out = at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
  });
}

void cp_set_onednn(int on) { at::globalContext().setUserEnabledMkldnn(on); }

}  // extern "C"
