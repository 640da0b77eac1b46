/* What gotorch lacks, in C, for cgo. Tensors are at::Tensor*, as gotorch's
 * are, so they pass freely between the two.
 *
 * Every call that can fail returns NULL or a message allocated with malloc;
 * the caller frees it. No C++ exception leaves this library. */
#pragma once

#include <stdint.h>

#include "cuda/cuda.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void *cp_tensor;

/* Element types by libtorch's own numbers (c10::ScalarType). */
enum {
  CP_UINT8 = 0,
  CP_INT32 = 3,
  CP_INT64 = 4,
  CP_FLOAT16 = 5,
  CP_FLOAT32 = 6,
  CP_FLOAT64 = 7,
  CP_BFLOAT16 = 15
};

/* runtime.cc: the process. */
void cp_runtime_init(void); /* allocator; CUDA's library where there is a driver */
const char *cp_version(void);
const char *cp_cuda_reason(void); /* "" when CUDA's library is loaded */
int cp_cuda_devices(void);
void cp_set_threads(int n);
int cp_get_threads(void);
void cp_set_deterministic(int on);
void cp_set_onednn(int on); /* whether convolutions on the CPU go to oneDNN */
char *cp_set_tf32(int on);  /* on CUDA, convolutions and matrix products */
char *cp_cuda_bfloat16(const char *device, int *out); /* computes in it itself? */

/* memory.cc: the host's memory for tensors; device.cc for CUDA's. */
char *cp_release_memory(const char *device); /* gives back what is kept for the next update */

/* device.cc: streams, graphs, memory of a device. */
typedef struct {
  int there; /* 0 on a CPU, which has no streams */
  int64_t id, device;
  int type;
  int64_t current; /* the device that is the current one with it */
} cp_stream;
char *cp_stream_new(const char *device, cp_stream *out);
char *cp_stream_enter(cp_stream s, cp_stream *before);
char *cp_synchronize(const char *device);
char *cp_graph_begin(cp_graph *out); /* on the current stream */
char *cp_graph_end(cp_graph g);
char *cp_graph_replay(cp_graph g);
void cp_graph_free(cp_graph g);
char *cp_memory(int device, size_t *free_bytes, size_t *total); /* CUDA's */

/* modes.cc: thread-local modes; each returns what stood before. */
int cp_set_grad_enabled(int on);
char *cp_autocast_enter(const char *device, int dtype, int *before);
char *cp_autocast_exit(const char *device, int before);

/* tensor.cc: making, reading, moving. */
void cp_free(cp_tensor *tensors, int64_t n);
char *cp_send(const void *data, int dtype, const int64_t *shape, int64_t dims,
              const char *device, cp_tensor *out);
char *cp_to_host(cp_tensor t, int dtype, void *data, int64_t elements);
char *cp_copy_from_host(cp_tensor t, const void *data, int dtype,
                        int64_t elements);
char *cp_zeros(int dtype, const int64_t *shape, int64_t dims,
               const char *device, int channels_last, cp_tensor *out);
char *cp_to_device(cp_tensor t, const char *device, cp_tensor *out);
char *cp_channels_last(cp_tensor t, cp_tensor *out);
int cp_is_channels_last(cp_tensor t);
char *cp_set_requires_grad(cp_tensor t, int on);
char *cp_backward(cp_tensor loss);
char *cp_grad(cp_tensor t, cp_tensor *out);
char *cp_images(const void *bytes, int64_t n, int64_t size, const float *mean,
                const float *inv_std, const char *device, int channels_last,
                cp_tensor *out);
char *cp_cross_entropy(cp_tensor logits, cp_tensor labels, cp_tensor *out);
char *cp_tally(cp_tensor loss, cp_tensor logits, cp_tensor labels,
               cp_tensor ring, cp_tensor slot);

/* ops.cc: operations of networks. */
char *cp_silu(cp_tensor x, cp_tensor *out); /* in place where nothing is recorded */
char *cp_relu6(cp_tensor x, cp_tensor *out); /* in place */
char *cp_gate(cp_tensor x, cp_tensor gate, cp_tensor *out); /* as cp_silu */
char *cp_pad(cp_tensor x, int64_t before, int64_t after, cp_tensor *out);
char *cp_add_kept(cp_tensor x, cp_tensor y, cp_tensor kept, int64_t column,
                  double scale, cp_tensor *out);
char *cp_keep(cp_tensor x, cp_tensor kept, int64_t from, double scale,
              cp_tensor *out);

/* fused.cc: convolutions of inference. */
enum { CP_LINEAR, CP_RELU, CP_RELU6, CP_SILU };
char *cp_fold(cp_tensor weight, cp_tensor scale, cp_tensor shift, cp_tensor mean,
              cp_tensor variance, double eps, cp_tensor *folded, cp_tensor *bias);
/* onto may be NULL; else the output is added to it, and may take its memory. */
char *cp_conv_activated(cp_tensor x, cp_tensor weight, cp_tensor bias,
                        int64_t stride, int64_t padding, int64_t groups,
                        cp_tensor onto, int activation, cp_tensor *out);

/* windows.cc: windows of pictures, and Gaussians of what they are embedded as. */
char *cp_windows(cp_tensor pictures, int64_t size, int64_t stride, int64_t row,
                 int64_t rows, cp_tensor *out);
typedef struct {
  cp_tensor point, sum, gram, third, fourth; /* [P,D], [P,D], [P,D,D], [P,D], [P] */
} cp_moments; /* float64, on the host */
char *cp_moments_add(const cp_moments *m, int placed, cp_tensor features,
                     int normalize);
char *cp_moments_merge(const cp_moments *to, int placed, const cp_moments *from,
                       int64_t n);
char *cp_gaussians(const cp_moments *m, int64_t n, int shrink, double ridge,
                   cp_tensor found);
char *cp_gaussian(cp_tensor mean, cp_tensor factor, int64_t place, double *row,
                  double *triangle, int set);
char *cp_distances(cp_tensor factor, cp_tensor mean, cp_tensor features,
                   int normalize, cp_tensor *out);

/* cam.cc: around the backward pass of Grad-CAM. */
char *cp_sum_of_largest(cp_tensor x, int64_t from, int64_t to, cp_tensor *out);
char *cp_activation_map(cp_tensor maps, cp_tensor gradient, cp_tensor *out);

/* paint.cc: plans carried out where the pictures are. */
enum { CP_CONTRAST = 2, CP_SATURATION = 3 }; /* of data/augment's operations */
enum { CP_BLENDS = 3, CP_VIEWS = 4 };
typedef struct {
  struct {
    int32_t op, by; /* by in 1/4096 */
  } before[CP_BLENDS];
  int32_t hue; /* the shift, or -1 for none */
  struct {
    int32_t op, by;
  } after[CP_BLENDS];
} cp_jitter;
typedef struct {
  int32_t source, label, dx, dy;
  int32_t crop_x, crop_y;
  cp_jitter base;
  int32_t cut_x, cut_y, cut_w, cut_h;
  int32_t x, y, w, h;
  int32_t map[6];
  cp_jitter patch;
  int32_t fill; /* 1<<24 + 0xRRGGBB in place of the cut, or 0 */
} cp_plan;
typedef struct {
  int64_t views, shared; /* shared: all views of a picture have one base */
  int64_t input;         /* width and height of what is painted */
  int64_t base_blends, base_hue, base_contrast, patch_blends, patch_hue;
  int64_t fills; /* some rows have a fill */
  int64_t cut_w[CP_VIEWS], cut_h[CP_VIEWS]; /* the largest cut; 0: none */
  double mean[3], inv_std[3];               /* of bytes */
  int64_t channels_last;
} cp_painting;
char *cp_pictures(const void *bytes, int64_t n, int64_t size,
                  const char *device, cp_tensor *out);
/* pictures uint8 [N,3,S,S], rows int32 [views*B, sizeof(cp_plan)/4] on their
 * device; images float32 [views*B,3,I,I], labels int64 [views*B]. */
char *cp_paint(cp_tensor pictures, cp_tensor rows, const cp_painting *how,
               cp_tensor *images, cp_tensor *labels);

/* sgd.cc: one call updates every weight. */
typedef void *cp_sgd;
char *cp_sgd_new(cp_tensor *params, int64_t n, double momentum,
                 double weight_decay, int nesterov, cp_sgd *out);
char *cp_sgd_step(cp_sgd s, double lr, cp_tensor lr_tensor);
char *cp_sgd_scale_losses(cp_sgd s);
char *cp_sgd_scale(cp_sgd s, cp_tensor loss, cp_tensor *out);
char *cp_sgd_scaling(cp_sgd s, int which, cp_tensor *out);
char *cp_sgd_buffer(cp_sgd s, int64_t i, cp_tensor *out);
void cp_sgd_drop(cp_sgd s); /* the gradients that no step used */
void cp_sgd_free(cp_sgd s); /* and those */

/* profile.cc: what operators take, all threads together, in nanoseconds. One
 * profile at a time; a name is valid until the next start. */
typedef struct {
  const char *name;
  int64_t calls, self, total;
} cp_operator;
char *cp_profile_start(const char *device); /* waited for after each operator */
int64_t cp_profile_stop(void);              /* number of operators */
void cp_profile_read(cp_operator *out);

#ifdef __cplusplus
}
#endif
