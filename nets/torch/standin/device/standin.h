/* The stand-in device, in C, for the tests' dlopen. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int64_t to_device, to_host; /* copies */
  int64_t scalar_reads;           /* numbers that the host asked for */
  int64_t waits;                  /* synchronisations */
  int64_t allocations;            /* since the reset, like all of the above */
  int64_t live_bytes;             /* now */
} cp_standin_counts;

/* How the last backward pass of a convolution was run. */
typedef struct {
  int64_t thread; /* of the system */
  int64_t stream;
  int32_t grad_mode;
} cp_standin_backward;

void cp_standin_read(cp_standin_counts *out);
void cp_standin_reset(void);
void cp_standin_limit(int64_t bytes); /* live at a time; 0 for no limit */
void cp_standin_last_backward(cp_standin_backward *out);

/* Waits for what is computed, for the meter's own test: reads a number, compares
 * two tensors, looks for what is not zero. Returns the right answers among those
 * three. */
int64_t cp_standin_wait_for_numbers(void);

#ifdef __cplusplus
}
#endif
