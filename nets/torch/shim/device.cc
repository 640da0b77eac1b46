// Streams, graphs and memory of a device.
#include <dlfcn.h>

#include <string>

#include <c10/core/impl/VirtualGuardImpl.h>

#include "cuda/cuda.h"
#include "internal.h"

using cutpaste::guard;

namespace {

const cp_cuda_table *cuda_table = nullptr;
std::string no_cuda_table = "CUDA is not loaded";

const cp_cuda_table &cuda() {
  TORCH_CHECK(cuda_table, no_cuda_table);
  return *cuda_table;
}

// Message and its memory are the caller's, as everywhere.
void pass_on(char *msg) {
  if (!msg) return;
  std::string text(msg);
  free(msg);
  TORCH_CHECK(false, text);
}

}  // namespace

std::string cutpaste::folder_of(void *function) {
  Dl_info info;
  if (!dladdr(function, &info) || !info.dli_fname) return "";
  std::string file(info.dli_fname);
  return file.substr(0, file.rfind('/') + 1);
}

// Called once libtorch's CUDA part is loaded.
void cutpaste::load_cuda_functions() {
  auto path = folder_of(reinterpret_cast<void *>(&cp_synchronize)) + "libcutpaste_cuda.so";
  void *lib = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  auto get = lib ? reinterpret_cast<decltype(&cp_cuda_functions)>(dlsym(lib, CP_CUDA_TABLE)) : nullptr;
  if (get) {
    cuda_table = get();
    return;
  }
  const char *e = dlerror();
  no_cuda_table = path + " could not be loaded (" + (e ? e : "it has another content") +
                  "); run `make build` again";
}

extern "C" {

// A stream of the device's pool, as three numbers; a CPU has none.
char *cp_stream_new(const char *device, cp_stream *out) {
  return guard([&] {
    c10::Device d{std::string(device)};
    out->there = !d.is_cpu();
    if (!out->there) return;
    c10::impl::VirtualGuardImpl impl(d.type());
    auto s = impl.getStreamFromGlobalPool(c10::Device(d.type(), d.has_index() ? d.index() : 0)).pack3();
    out->id = s.stream_id;
    out->device = s.device_index;
    out->type = static_cast<int>(s.device_type);
    out->current = s.device_index;
  });
}

// Makes s the current stream of its device, and that the current device, and puts
// into before what takes both back.
char *cp_stream_enter(cp_stream s, cp_stream *before) {
  return guard([&] {
    *before = cp_stream{};
    if (!s.there) return;
    auto type = static_cast<c10::DeviceType>(s.type);
    c10::impl::VirtualGuardImpl impl(type);
    auto index = static_cast<c10::DeviceIndex>(s.device);
    auto device = impl.exchangeDevice(c10::Device(type, index)).index();
    auto was = impl.exchangeStream(c10::Stream::unpack3(s.id, index, type)).pack3();
    impl.setDevice(c10::Device(type, static_cast<c10::DeviceIndex>(s.current)));
    *before = cp_stream{1, was.stream_id, was.device_index, s.type, device};
  });
}

char *cp_synchronize(const char *device) {
  return guard([&] {
    c10::Device d{std::string(device)};
    if (d.is_cpu()) return;
    c10::impl::VirtualGuardImpl(d.type()).synchronizeDevice(d.has_index() ? d.index() : 0);
  });
}

char *cp_graph_begin(cp_graph *out) {
  return guard([&] { pass_on(cuda().graph_begin(out)); });
}
char *cp_graph_end(cp_graph g) {
  return guard([&] { pass_on(cuda().graph_end(g)); });
}
char *cp_graph_replay(cp_graph g) {
  return guard([&] { pass_on(cuda().graph_replay(g)); });
}
void cp_graph_free(cp_graph g) {
  if (g && cuda_table) cuda_table->graph_free(g);
}

char *cp_release_memory(const char *device) {
  return guard([&] {
    if (c10::Device(device).is_cuda())
      pass_on(cuda().empty_cache());
    else
      cutpaste::release_kept_memory();
  });
}

char *cp_memory(int device, size_t *free_bytes, size_t *total) {
  return guard([&] { pass_on(cuda().memory(device, free_bytes, total)); });
}

}  // extern "C"
