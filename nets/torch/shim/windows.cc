// Windows of pictures, and Gaussians of what they are embedded as.
#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>

#include "internal.h"

using cutpaste::guard;
using cutpaste::own;
using cutpaste::ref;

namespace {

// Does f for every one of n places. Where there are many of them, every thread has
// its own, with operations that do not spread over threads again.
template <class F>
void each(int64_t n, F &&f) {
  at::parallel_for(0, n, 1, [&](int64_t from, int64_t to) {
    at::NoGradGuard no_grad; // of this thread
    for (int64_t p = from; p < to; p++) f(p);
  });
}

// The rows [N,D] of place p of features [N,P,D] in float64, of length 1 where
// that is asked for (a row of zeros stays), less the point from.
at::Tensor rows(const at::Tensor &features, int64_t p, int normalize, const at::Tensor &from) {
  auto y = features.select(1, p).to(at::kDouble);
  if (normalize) {
    auto length = at::linalg_vector_norm(y, 2, at::IntArrayRef{1}, /*keepdim=*/true);
    y.div_(length.masked_fill_(length.eq(0), 1));
  }
  return y.sub_(from);
}

// One place's sums over its rows y, taken about a point: of y, y y', |y|^2 y and
// |y|^4.
struct Sums {
  at::Tensor point, sum, gram, third, fourth; // [D], [D], [D,D], [D], [1]

  Sums(const cp_moments &m, int64_t p)
      : point(ref(m.point).select(0, p)), sum(ref(m.sum).select(0, p)),
        gram(ref(m.gram).select(0, p)), third(ref(m.third).select(0, p)),
        fourth(ref(m.fourth).narrow(0, p, 1)) {}

  Sums copy() const {
    Sums c(*this);
    for (auto t : {&c.point, &c.sum, &c.gram, &c.third, &c.fourth}) *t = t->clone();
    return c;
  }

  // Takes the sums of n rows about point - d instead, so that every y is y + d.
  void move(int64_t n, const at::Tensor &d) {
    auto gd = at::mv(gram, d);
    double dd = at::dot(d, d).item<double>(), sd = at::dot(sum, d).item<double>();
    double q = gram.trace().item<double>(); // the sum of |y|^2
    fourth.add_(4 * at::dot(third, d).item<double>() + 2 * q * dd +
                4 * at::dot(gd, d).item<double>() + 4 * dd * sd + n * dd * dd);
    third.add_(d, q + 2 * sd + n * dd).add_(gd, 2).add_(sum, dd);
    gram.addr_(sum, d).addr_(d, sum).addr_(d, d, 1, n);
    sum.add_(d, n);
    point.sub_(d);
  }
};

}  // namespace

extern "C" {

// The windows of `rows` rows of windows, from row `row` on: a view first, copied
// once. Pictures [N,C,H,W], windows [N*rows*side,C,size,size] in the same layout.
char *cp_windows(cp_tensor pictures, int64_t size, int64_t stride, int64_t row, int64_t rows,
                 cp_tensor *out) {
  return guard([&] {
    auto &t = ref(pictures);
    TORCH_CHECK(t.dim() == 4 && size > 0 && stride > 0 && size <= t.size(2) && size <= t.size(3),
                "windows of ", size, " pixels at stride ", stride, " do not fit into ", t.sizes());
    int64_t n = t.size(0), c = t.size(1), side = (t.size(3) - size) / stride + 1;
    TORCH_CHECK(row >= 0 && rows > 0 && row + rows <= (t.size(2) - size) / stride + 1,
                "rows ", row, " to ", row + rows, " of windows are not in a picture of ", t.sizes());
    auto s = t.strides();
    int64_t from = t.storage_offset() + row * stride * s[2];
    if (t.is_contiguous(at::MemoryFormat::ChannelsLast)) {
      auto view = t.as_strided({n, rows, side, size, size, c},
                               {s[0], stride * s[2], stride * s[3], s[2], s[3], s[1]}, from);
      *out = own(view.contiguous().view({n * rows * side, size, size, c}).permute({0, 3, 1, 2}));
    } else {
      auto view = t.as_strided({n, rows, side, c, size, size},
                               {s[0], stride * s[2], stride * s[3], s[1], s[2], s[3]}, from);
      *out = own(view.contiguous().view({n * rows * side, c, size, size}));
    }
  });
}

// Adds features [N,P,D] to the sums of P places. Where no point is placed yet, it is
// these rows' mean: near the final mean, differences lose no digits.
char *cp_moments_add(const cp_moments *m, int placed, cp_tensor features, int normalize) {
  return guard([&] {
    each(ref(features).size(1), [&](int64_t p) {
      Sums s(*m, p);
      if (!placed) s.point.copy_(rows(ref(features), p, normalize, s.point).mean(0));
      auto y = rows(ref(features), p, normalize, s.point);
      auto squares = y.square().sum(1); // [N]
      s.sum.add_(y.sum(0));
      s.gram.addmm_(y.t(), y);
      s.third.addmv_(y.t(), squares);
      s.fourth.add_(at::dot(squares, squares));
    });
  });
}

// Adds the sums of n rows in `from` to those in `to`. If these are about another
// point, a copy of the former is moved there, of one place a thread.
char *cp_moments_merge(const cp_moments *to, int placed, const cp_moments *from, int64_t n) {
  return guard([&] {
    each(ref(to->gram).size(0), [&](int64_t p) {
      Sums a(*to, p), b(*from, p);
      if (!placed) a.point.copy_(b.point);
      if (!at::equal(a.point, b.point)) {
        b = b.copy();
        b.move(n, at::sub(b.point, a.point));
      }
      a.sum.add_(b.sum);
      a.gram.add_(b.gram);
      a.third.add_(b.third);
      a.fourth.add_(b.fourth);
    });
  });
}

// Turns the sums of n rows into Gaussians where they are: point becomes the mean,
// gram the Cholesky factor (lower) of the covariance. found [P,2] has the
// shrinkage, and the least that the covariance's condition number can be,
// infinity where there is no factor. Ledoit and Wolf's formula is that of
// experiments/gde; fourth is its sum over rows.
char *cp_gaussians(const cp_moments *m, int64_t n, int shrink, double ridge, cp_tensor found) {
  return guard([&] {
    each(ref(m->gram).size(0), [&](int64_t p) {
      Sums s(*m, p);
      double about = s.gram.trace().item<double>(); // the sum of |y|^2
      s.move(n, s.sum.div(-double(n)));
      auto &c = s.gram.div_(double(n));
      auto diagonal = c.diagonal();
      double d = double(c.size(0)), shrinkage = 0;
      if (shrink && d > 1) {
        double mu = c.trace().item<double>() / d, norm2 = c.square().sum().item<double>();
        double delta = (norm2 - d * mu * mu) / d;
        double beta = std::min((s.fourth.item<double>() / n - norm2) / (n * d), delta);
        if (beta != 0) shrinkage = beta / delta;
        c.mul_(1 - shrinkage);
        diagonal.add_(shrinkage * mu);
      }
      diagonal.add_(ridge);
      // Rows that are all the same leave what their mean was rounded by, and where
      // the sums are about another point, what their difference was.
      double left = c.trace().item<double>();
      bool varies = left > 1e-24 * at::dot(s.point, s.point).item<double>() && left * n > 1e-12 * about;
      auto [factor, info] = at::linalg_cholesky_ex(c);
      c.copy_(factor);
      double condition = std::numeric_limits<double>::infinity();
      if (varies && info.item<int>() == 0) {
        double most = diagonal.max().item<double>(), least = diagonal.min().item<double>();
        condition = most / least * (most / least);
      }
      auto row = ref(found).select(0, p);
      row.select(0, 0).fill_(shrinkage);
      row.select(0, 1).fill_(condition);
    });
  });
}

// Copies a place's mean [D] and the lower triangle of its factor, row after row, to
// the host's memory or, if set says so, from there.
char *cp_gaussian(cp_tensor mean, cp_tensor factor, int64_t place, double *row,
                  double *triangle, int set) {
  return guard([&] {
    int64_t d = ref(mean).size(1);
    auto move = [&](double *there, double *here, int64_t n) {
      set ? std::copy_n(here, n, there) : std::copy_n(there, n, here);
    };
    move(ref(mean).mutable_data_ptr<double>() + place * d, row, d);
    double *f = ref(factor).mutable_data_ptr<double>() + place * d * d;
    for (int64_t i = 0; i < d; i++) {
      move(f + i * d, triangle, i + 1);
      triangle += i + 1;
    }
  });
}

// Distances [N,P] of features [N,P,D] from the means [P,D], measured by the
// factors [P,D,D]: |z| where L z = row - mean.
char *cp_distances(cp_tensor factor, cp_tensor mean, cp_tensor features, int normalize,
                   cp_tensor *out) {
  return guard([&] {
    auto &x = ref(features);
    auto distances = at::empty({x.size(0), x.size(1)}, at::kDouble);
    each(x.size(1), [&](int64_t p) {
      auto y = rows(x, p, normalize, ref(mean).select(0, p));
      auto z = at::linalg_solve_triangular(ref(factor).select(0, p), y.t(), /*upper=*/false);
      distances.select(1, p).copy_(at::linalg_vector_norm(z, 2, at::IntArrayRef{0}));
    });
    *out = own(distances);
  });
}

}  // extern "C"
