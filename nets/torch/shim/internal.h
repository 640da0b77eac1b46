// Shared by the shim's sources: turning exceptions into messages.
#pragma once

#include <torch/types.h>

#include <cstring>
#include <string>

#include "shim.h"

namespace cutpaste {

inline char *message(const char *what) { return strdup(what); }

inline const at::Tensor &ref(cp_tensor t) {
  return *static_cast<at::Tensor *>(t);
}

inline cp_tensor own(at::Tensor t) { return new at::Tensor(std::move(t)); }

// A copy of a host tensor on a device; see cp_send.
at::Tensor send(const at::Tensor &host, const char *device);

// A copy of a host tensor that CUDA can fetch by itself. libtorch keeps the
// memory for the next one, once the device has it.
at::Tensor pinned(const at::Tensor &host);

// Makes the host's tensors take their memory from memory.cc.
void keep_memory();
void release_kept_memory();

// The folder, with its slash, of the library that holds this function; empty
// where it cannot be told.
std::string folder_of(void *function);

// Loads what needs CUDA's own symbols (cuda/).
void load_cuda_functions();

// Runs f; a C++ exception becomes its message without libtorch's backtrace,
// which says nothing to somebody who did not build libtorch.
template <class F>
char *guard(F &&f) {
  try {
    f();
    return nullptr;
  } catch (const c10::Error &e) {
    return message(e.what_without_backtrace());
  } catch (const std::exception &e) {
    return message(e.what());
  } catch (...) {
    return message("an exception of an unknown type");
  }
}

}  // namespace cutpaste
