/* What needs CUDA's own symbols. The library is loaded at run time, after
 * libtorch's CUDA part, and hands out this table. */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void *cp_graph;

typedef struct {
  /* Each returns NULL or a message allocated with malloc. */
  char *(*graph_begin)(cp_graph *out); /* on the current stream */
  char *(*graph_end)(cp_graph g);
  char *(*graph_replay)(cp_graph g);
  void (*graph_free)(cp_graph g); /* ends an unfinished capture too */
  char *(*memory)(int device, size_t *free, size_t *total); /* bytes */
  char *(*empty_cache)(void);
} cp_cuda_table;

#define CP_CUDA_TABLE "cp_cuda_functions"
const cp_cuda_table *cp_cuda_functions(void);

#ifdef __cplusplus
}
#endif
