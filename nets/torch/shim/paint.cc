// Plans carried out on the device that holds the pictures: batched tensor
// operations and nothing else, so that they run wherever libtorch does, wait for
// nothing and can be captured in a CUDA graph. No constant is sent to the device
// and no number comes back.
//
// Everything is a whole number held in float32, and every step is exact there
// (factors are multiples of 1/4096, see data/augment), so the pictures are those
// of the host's painter, byte for byte.
#include "internal.h"

#include <cstddef>

using at::Tensor;
using cutpaste::guard;
using cutpaste::own;
using cutpaste::ref;

namespace {

// Columns of a plan's row, by the fields of cp_plan.
#define COLUMN(field) (offsetof(cp_plan, field) / sizeof(int32_t))
constexpr int64_t row_length = sizeof(cp_plan) / sizeof(int32_t);

// A column [B] of plans [B, row], shaped to spread over B x H x W.
Tensor spread(const Tensor &plans, int64_t column) {
  return plans.select(1, column).view({-1, 1, 1});
}

// Coordinates 0..n-1 along the rows [1,n,1] or the columns [1,1,n] of pictures.
Tensor along_y(int64_t n, const Tensor &like) {
  return at::arange(n, like.options()).view({1, n, 1});
}
Tensor along_x(int64_t n, const Tensor &like) {
  return at::arange(n, like.options()).view({1, 1, n});
}

// Beyond the border a coordinate is reflected at the outermost pixel's middle.
Tensor reflected(const Tensor &at, int64_t size) {
  return at.abs().sub_(size - 1).abs_().neg_().add_(size - 1);
}

// pictures[which, c, y, x] for every c: [B,3,H,W]. which is [B,1,1]; y and x
// are [B,H,W] or spread to it.
Tensor gather(const Tensor &pictures, const Tensor &which, const Tensor &y,
              const Tensor &x) {
  auto channel = at::arange(3, which.options()).view({1, 3, 1, 1});
  return at::index(pictures, {which.unsqueeze(1).to(at::kLong), channel.to(at::kLong),
                              y.unsqueeze(1).to(at::kLong), x.unsqueeze(1).to(at::kLong)});
}

// A picture's luma: (19595 R + 38470 G + 7471 B + 2^15) >> 16, below 2^24.
Tensor grey(const Tensor &p) {
  return p.select(1, 0).mul(19595).add_(p.select(1, 1), 38470)
      .add_(p.select(1, 2), 7471).add_(32768).mul_(1.0 / 65536).floor_();
}

// Pictures that a jitter is carried out on, in place.
struct Subject {
  Tensor p;        // [B,3,H,W]
  Tensor whole;    // [B,3,S,S], of which p are parts, where contrast needs their mean
  Tensor area;     // [B], the number of pixels that a mean is of
  Tensor counted;  // [B,H,W], which they are, where they are not all
};

// The mean grey of pictures, rounded, [B,1,1], of their greys [B,H,W].
Tensor mean_of(const Tensor &greys, const Subject &s) {
  auto sum = (s.counted.defined() ? greys * s.counted : greys).sum({1, 2}, false, at::kDouble);
  auto mean = sum.mul_(2).add_(s.area).div_(s.area).mul_(0.5).floor_().to(at::kFloat);
  return mean.view({-1, 1, 1});
}

// Blends every picture of p, whose greys are g, in place: m + (c-m)*factor, rounded
// towards black, held within 0..255; m is black, the mean grey or the pixel's own.
void blend_towards(const Tensor &p, const Tensor &g, const Tensor &mean,
                   const Tensor &op, const Tensor &by) {
  auto m = g.mul(op.eq(CP_SATURATION)).add_(mean * op.eq(CP_CONTRAST)).unsqueeze_(1);
  p.sub_(m).mul_(by.to(at::kFloat).mul_(1.0 / 4096).unsqueeze(1)).add_(m).floor_().clamp_(0, 255);
}

// One blend of every picture. After the last one nobody asks what the whole
// pictures are like.
void blend(const Subject &s, const Tensor &op, const Tensor &by, bool last) {
  auto g = grey(s.p);
  if (!s.whole.defined()) return blend_towards(s.p, g, mean_of(g, s), op, by);
  auto all = grey(s.whole);
  auto mean = mean_of(all, s);
  blend_towards(s.p, g, mean, op, by);
  if (!last) blend_towards(s.whole, all, mean, op, by);
}

// Turns the hue of every picture of p [B,3,H,W] whose shift [B,1,1] is not
// negative, in place, through Pillow's 8-bit HSV and back.
void turn_hue(const Tensor &p, const Tensor &shift) {
  auto r = p.select(1, 0), g = p.select(1, 1), b = p.select(1, 2);
  auto top = p.amax(1), bottom = p.amin(1);
  auto chroma = top - bottom;
  auto some = chroma.gt(0);
  auto divisor = chroma.clamp_min(1);
  auto saturation = (chroma * 255).div_(top.clamp_min(1)).floor_();
  auto rise = [&](const Tensor &c) { return (top - c).div_(divisor); };
  auto from_r = at::where(b.le(g), rise(g).neg_().add_(1), rise(b).sub_(1));
  auto from_g = at::where(b.le(r), rise(r).add_(1), rise(b).neg_().add_(3));
  auto from_b = at::where(r.le(g), rise(g).add_(3), rise(r).neg_().add_(5));
  auto turn = at::where(top.eq(r), from_r, at::where(top.eq(g), from_g, from_b));
  // By a tensor: CUDA divides by a number of the host's by multiplying with its
  // reciprocal, which is another hue now and then.
  turn.div_(at::full({}, 6, turn.options()));
  turn = at::where(turn.lt(0), turn + 1, turn).mul_(255).trunc_();
  turn.mul_(some);
  // The hue wraps at 256, as an 8-bit number does.
  auto hue = turn.to(at::kInt).add_(shift).bitwise_and_(255).mul_(6);
  auto sector = at::div(hue, 255, "floor");
  auto way = hue.remainder_(255);
  way = at::where(sector.bitwise_and(1).eq(0), 255 - way, way);
  auto high = top.to(at::kInt);
  auto depth = (high * saturation.to(at::kInt)).mul_(2);
  auto low = high - at::div(depth + 255, 510, "floor");
  auto mid = high - at::div((depth * way).add_(65025), 130050, "floor");
  auto is = [&](int64_t s) { return sector.eq(s); };
  auto choose = [&](const Tensor &high_at, const Tensor &low_at) {
    return at::where(high_at, high, at::where(low_at, low, mid));
  };
  auto turned = at::stack({choose(is(0) | sector.ge(5), is(2) | is(3)),
                           choose(is(1) | is(2), is(4) | is(5)),
                           choose(is(3) | is(4), is(0) | is(1) | sector.eq(6))},
                          1);
  p.copy_(at::where(shift.ge(0).unsqueeze(1), turned.to(at::kFloat), p));
}

// Carries a jitter out; first is its first column. Blends before the hue, the hue,
// blends after it: any order of four fits into that.
void jitter(const Subject &s, const Tensor &plans, int64_t first, int64_t blends, bool hue) {
  auto blends_from = [&](int64_t at, bool to_the_end) {
    for (int64_t i = 0; i < blends; i++)
      blend(s, spread(plans, at + 2 * i), spread(plans, at + 2 * i + 1), to_the_end && i == blends - 1);
  };
  blends_from(first + offsetof(cp_jitter, before) / sizeof(int32_t), !hue);
  if (!hue) return;
  auto shift = spread(plans, first + offsetof(cp_jitter, hue) / sizeof(int32_t));
  turn_hue(s.p, shift);
  if (s.whole.defined()) turn_hue(s.whole, shift);
  blends_from(first + offsetof(cp_jitter, after) / sizeof(int32_t), true);
}

// Pictures before anything is pasted: moved, jittered, of which input x input pixels
// are kept, [B,3,I,I]. Only these are painted; but contrast goes towards the mean
// grey of the whole picture, so where a jitter has it whole ones are followed along.
Tensor base(const Tensor &pictures, const Tensor &plans, const cp_painting &how) {
  auto size = pictures.size(2);
  auto moved = [&](int64_t n, const Tensor &left, const Tensor &top) {
    auto y = reflected(along_y(n, plans) + top, size), x = reflected(along_x(n, plans) + left, size);
    return gather(pictures, spread(plans, COLUMN(source)), y, x).to(at::kFloat);
  };
  auto dx = spread(plans, COLUMN(dx)), dy = spread(plans, COLUMN(dy));
  Subject s;
  s.p = moved(how.input, dx + spread(plans, COLUMN(crop_x)), dy + spread(plans, COLUMN(crop_y)));
  if (how.base_blends + how.base_hue > 0) {
    s.area = at::full({s.p.size(0)}, size * size, s.p.options().dtype(at::kDouble));
    if (how.input < size && how.base_contrast) s.whole = moved(size, dx, dy);
    jitter(s, plans, COLUMN(base), how.base_blends, how.base_hue);
  }
  return s.p;
}

// Pastes into p [B,3,I,I] what its plans say, cut from p itself. No cut is
// larger than cut_w x cut_h.
Tensor paste(const Tensor &p, const Tensor &plans, int64_t cut_w, int64_t cut_h,
             const cp_painting &how) {
  auto size = p.size(2);
  auto column = [&](size_t c) { return spread(plans, int64_t(c)); };
  auto w = column(COLUMN(cut_w)), h = column(COLUMN(cut_h));
  auto slot = at::arange(p.size(0), plans.options()).view({-1, 1, 1});

  auto cut_y = along_y(cut_h, plans), cut_x = along_x(cut_w, plans);
  auto cut = gather(p, slot, (cut_y + column(COLUMN(cut_y))).clamp_max_(size - 1),
                    (cut_x + column(COLUMN(cut_x))).clamp_max_(size - 1));
  if (how.patch_blends + how.patch_hue > 0) {
    Subject s;
    s.p = cut;
    s.area = (w * h).view({-1}).to(at::kDouble).clamp_min_(1);
    s.counted = cut_y.lt(h).logical_and(cut_x.lt(w));
    jitter(s, plans, COLUMN(patch), how.patch_blends, how.patch_hue);
  }
  if (how.fills) {
    auto fill = column(COLUMN(fill));
    auto channel = [&](int64_t bits) { return fill.bitwise_right_shift(bits).bitwise_and_(255); };
    auto colour = at::stack({channel(16), channel(8), channel(0)}, 1).to(at::kFloat);
    cut = at::where(fill.ne(0).unsqueeze(1), colour, cut);
  }

  auto y = along_y(size, plans) - column(COLUMN(y)), x = along_x(size, plans) - column(COLUMN(x));
  auto source = [&](size_t map) {
    auto at = x * column(map) + y * column(map + 1) + column(map + 2);
    return at.bitwise_right_shift_(16);
  };
  auto u = source(COLUMN(map)), v = source(COLUMN(map) + 3);
  auto inside = [](const Tensor &at, const Tensor &end) { return at.ge(0).logical_and_(at.lt(end)); };
  auto here = inside(x, column(COLUMN(w))).logical_and(inside(y, column(COLUMN(h))))
                  .logical_and_(inside(u, w)).logical_and_(inside(v, h));
  auto pasted = gather(cut, slot, v.clamp_(0, cut_h - 1), u.clamp_(0, cut_w - 1));
  return at::where(here.unsqueeze(1), pasted, p);
}

// Writes p [B,3,I,I] to out, normalised.
void normalise(const Tensor &p, Tensor out, const cp_painting &how) {
  for (int c = 0; c < 3; c++) {
    auto to = out.select(1, c);
    to.copy_(p.select(1, c));
    to.sub_(how.mean[c]).mul_(how.inv_std[c]);
  }
}

}  // namespace

extern "C" {

// Bytes [N,S,S,3] on the device as [N,3,S,S], in planes: that is how they are
// worked on.
char *cp_pictures(const void *bytes, int64_t n, int64_t size,
                  const char *device, cp_tensor *out) {
  return guard([&] {
    at::NoGradGuard no_grad;
    c10::Device d{std::string(device)};
    auto x = at::from_blob(const_cast<void *>(bytes), {n, size, size, 3}, at::TensorOptions(at::kByte));
    auto planes = at::empty({n, 3, size, size}, x.options().device(d));
    for (int64_t from = 0; from < n; from += 64) {  // without all of them there twice
      auto some = std::min<int64_t>(64, n - from);
      planes.narrow(0, from, some).copy_(x.narrow(0, from, some).to(d).permute({0, 3, 1, 2}));
    }
    *out = own(planes);
  });
}

char *cp_paint(cp_tensor pictures, cp_tensor rows, const cp_painting *how,
               cp_tensor *images, cp_tensor *labels) {
  return guard([&] {
    at::NoGradGuard no_grad;
    const Tensor &pix = ref(pictures), &plans = ref(rows);
    TORCH_CHECK(plans.dim() == 2 && plans.size(1) == row_length && plans.size(0) % how->views == 0,
                "plans of shape ", plans.sizes(), " for ", how->views, " views");
    TORCH_CHECK(how->input >= 1 && how->input <= pix.size(2),
                "pictures of ", how->input, " px out of ", pix.size(2));
    auto n = plans.size(0), b = n / how->views;
    auto out = at::empty({n, 3, how->input, how->input}, pix.options().dtype(at::kFloat),
                         how->channels_last ? at::MemoryFormat::ChannelsLast
                                            : at::MemoryFormat::Contiguous);
    Tensor first;
    for (int64_t v = 0; v < how->views; v++) {
      auto of = plans.narrow(0, v * b, b);
      Tensor p;
      if (v == 0 || !how->shared)
        first = p = base(pix, of, *how);
      else
        p = first;
      if (how->cut_w[v] > 0) p = paste(p, of, how->cut_w[v], how->cut_h[v], *how);
      normalise(p, out.narrow(0, v * b, b), *how);
    }
    *images = own(out);
    *labels = own(plans.select(1, COLUMN(label)).to(at::kLong));
  });
}

}  // extern "C"
