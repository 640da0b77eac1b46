// Tensors: made from the host's memory, read back, moved, differentiated.
#include <ATen/Parallel.h>

#include "internal.h"

using cutpaste::guard;
using cutpaste::own;
using cutpaste::ref;

namespace {

at::ScalarType type_of(int dtype) { return static_cast<at::ScalarType>(dtype); }

at::Tensor host_view(const void *data, int dtype, at::IntArrayRef shape) {
  return at::from_blob(const_cast<void *>(data), shape,
                       at::TensorOptions(type_of(dtype)));
}

// On the host in one pass: every byte's result stands in a table.
void normalise(const uint8_t *bytes, int64_t pixels, int64_t area, const float *mean,
               const float *inv_std, bool channels_last, float *out) {
  float table[3][256];
  for (int c = 0; c < 3; c++)
    for (int v = 0; v < 256; v++) table[c][v] = (float(v) - mean[c]) * inv_std[c];
  at::parallel_for(0, pixels, 1 << 14, [&](int64_t from, int64_t to) {
    if (channels_last) {
      for (int64_t i = 3 * from; i < 3 * to; i += 3)
        for (int c = 0; c < 3; c++) out[i + c] = table[c][bytes[i + c]];
      return;
    }
    for (int64_t i = from; i < to; i++) {
      float *at = out + i / area * 3 * area + i % area;
      for (int c = 0; c < 3; c++) at[c * area] = table[c][bytes[3 * i + c]];
    }
  });
}

}  // namespace

at::Tensor cutpaste::send(const at::Tensor &host, const char *device) {
  c10::Device d{std::string(device)};
  if (d.is_cpu()) return host.clone();
  return pinned(host).to(d, /*non_blocking=*/true);
}

at::Tensor cutpaste::pinned(const at::Tensor &host) {
  return at::empty(host.sizes(), host.options().pinned_memory(true)).copy_(host);
}

extern "C" {

void cp_free(cp_tensor *tensors, int64_t n) {
  for (int64_t i = 0; i < n; i++) delete static_cast<at::Tensor *>(tensors[i]);
}

// A copy of data on the device. To another one than the CPU it goes through
// pinned memory, which libtorch keeps for the next one, and nobody waits for it.
char *cp_send(const void *data, int dtype, const int64_t *shape, int64_t dims,
              const char *device, cp_tensor *out) {
  return guard([&] {
    *out = own(cutpaste::send(host_view(data, dtype, {shape, size_t(dims)}), device));
  });
}

// Copies t's elements, in its logical order, to data.
char *cp_to_host(cp_tensor t, int dtype, void *data, int64_t elements) {
  return guard([&] {
    at::NoGradGuard no_grad;
    TORCH_CHECK(ref(t).numel() == elements, "a tensor of ", ref(t).numel(),
                " elements was read as one of ", elements);
    host_view(data, dtype, ref(t).sizes()).copy_(ref(t).detach());
  });
}

// Overwrites t's elements in place: what holds t (an optimiser, a net) sees it.
// Nobody waits for it; see cp_send.
char *cp_copy_from_host(cp_tensor t, const void *data, int dtype,
                        int64_t elements) {
  return guard([&] {
    at::NoGradGuard no_grad;
    TORCH_CHECK(ref(t).numel() == elements, "a tensor of ", ref(t).numel(),
                " elements was given ", elements);
    auto to = ref(t).detach();
    auto from = host_view(data, dtype, to.sizes());
    if (to.is_cpu())
      to.copy_(from);
    else
      to.copy_(cutpaste::pinned(from), /*non_blocking=*/true);
  });
}

char *cp_zeros(int dtype, const int64_t *shape, int64_t dims,
               const char *device, int channels_last, cp_tensor *out) {
  return guard([&] {
    auto options = at::TensorOptions(type_of(dtype)).device(c10::Device(device));
    auto format = channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
    *out = own(at::empty({shape, size_t(dims)}, options, format).zero_());
  });
}

char *cp_to_device(cp_tensor t, const char *device, cp_tensor *out) {
  return guard([&] { *out = own(ref(t).to(c10::Device(device))); });
}

char *cp_channels_last(cp_tensor t, cp_tensor *out) {
  return guard(
      [&] { *out = own(ref(t).contiguous(at::MemoryFormat::ChannelsLast)); });
}

int cp_is_channels_last(cp_tensor t) {
  return ref(t).is_contiguous(at::MemoryFormat::ChannelsLast);
}

char *cp_set_requires_grad(cp_tensor t, int on) {
  return guard([&] { ref(t).set_requires_grad(on); });
}

// gotorch's Backward lets an exception out, which ends the process.
char *cp_backward(cp_tensor loss) {
  return guard([&] { ref(loss).backward(); });
}

char *cp_grad(cp_tensor t, cp_tensor *out) {
  return guard([&] {
    TORCH_CHECK(ref(t).grad().defined(), "this tensor has no gradient yet");
    *out = own(ref(t).grad());
  });
}

// Bytes [N,S,S,3] to normalised pictures [N,3,S,S]. Channels-last memory is what
// the bytes have already; otherwise they are laid out anew. To another device
// they go as bytes, a quarter of the traffic.
char *cp_images(const void *bytes, int64_t n, int64_t size, const float *mean,
                const float *inv_std, const char *device, int channels_last,
                cp_tensor *out) {
  return guard([&] {
    at::NoGradGuard no_grad;
    c10::Device d{std::string(device)};
    auto format = channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
    auto x = at::empty({n, 3, size, size}, at::TensorOptions(at::kFloat).device(d), format);
    if (d.is_cpu()) {
      normalise(static_cast<const uint8_t *>(bytes), n * size * size, size * size, mean, inv_std,
                channels_last, x.data_ptr<float>());
    } else {
      auto sent = cutpaste::send(host_view(bytes, CP_UINT8, {n, size, size, 3}), device);
      for (int64_t c = 0; c < 3; c++)
        x.select(1, c).copy_(sent.select(3, c)).sub_(mean[c]).mul_(inv_std[c]);
    }
    *out = own(x);
  });
}

// Mean cross-entropy of logits [N,C] and labels [N], in float32 whatever the
// logits are, as PyTorch's autocast has it. (gotorch's leaks the name of its
// reduction on every call.)
char *cp_cross_entropy(cp_tensor logits, cp_tensor labels, cp_tensor *out) {
  return guard([&] {
    *out = own(at::cross_entropy_loss(ref(logits).to(at::kFloat), ref(labels)));
  });
}

// Notes an update's loss and number of right answers in ring[2, slots], in the
// slot that slot[1] says, and moves slot on: on the device throughout, so that
// nothing is read back and a graph may repeat it.
char *cp_tally(cp_tensor loss, cp_tensor logits, cp_tensor labels,
               cp_tensor ring, cp_tensor slot) {
  return guard([&] {
    at::NoGradGuard no_grad;
    auto right = ref(logits).detach().argmax(1).eq(ref(labels)).sum();
    auto note = at::stack({ref(loss).detach().to(at::kFloat), right.to(at::kFloat)}).view({2, 1});
    auto slots = at::arange(ref(ring).size(1), ref(slot).options());
    ref(ring).copy_(at::where(slots.eq(ref(slot)), note, ref(ring)));
    ref(slot).add_(1);
  });
}

}  // extern "C"
