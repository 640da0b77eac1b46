package gde

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// center subtracts the column means from x [n,d] in place and returns them.
func center(x []float64, n, d int) []float64 {
	mean := make([]float64, d)
	for i := range n {
		for j, v := range x[i*d:][:d] {
			mean[j] += v
		}
	}
	for j := range mean {
		mean[j] /= float64(n)
	}
	for i := range n {
		row := x[i*d:][:d]
		for j := range row {
			row[j] -= mean[j]
		}
	}
	return mean
}

// sampleCovariance is x'x/n for centred x [n,d]. Only the upper triangle is
// computed, a band of rows by a worker.
func sampleCovariance(x []float64, n, d int) *mat.SymDense {
	c := mat.NewSymDense(d, nil)
	raw := c.RawSymmetric()
	bands := (d + block - 1) / block
	parallel(bands, func() func(int) {
		return func(b int) {
			i := b * block
			rows := min(block, d-i)
			for j := i; j < d; j += block {
				cols := min(block, d-j)
				blas64.Gemm(blas.Trans, blas.NoTrans, 1/float64(n),
					blas64.General{Rows: n, Cols: rows, Stride: d, Data: x[i:]},
					blas64.General{Rows: n, Cols: cols, Stride: d, Data: x[j:]},
					0, blas64.General{Rows: rows, Cols: cols, Stride: raw.Stride, Data: raw.Data[i*raw.Stride+j:]})
			}
		}
	})
	return c
}

// shrink turns the sample covariance c of centred x [n,d] into Ledoit and Wolf's
// estimate and returns the shrinkage, as scikit-learn's LedoitWolf does:
//
//	mu    = tr(S)/d
//	delta = (|S|^2 - d mu^2) / d                    distance of S from mu I
//	beta  = (sum_k |x_k|^4 / n - |S|^2) / (n d)     noise of S
//	s     = min(beta, delta) / delta
//
// |S| is the Frobenius norm. The sum over rows is what the d x d matrix of squared
// products would add up to, without making that matrix.
func shrink(c *mat.SymDense, x []float64, n, d int) float64 {
	if d == 1 {
		return 0 // one feature has nothing to be shrunk towards
	}
	trace, norm2 := 0.0, 0.0
	for i := range d {
		v := c.At(i, i)
		trace += v
		norm2 += v * v
		for j := i + 1; j < d; j++ {
			v := c.At(i, j)
			norm2 += 2 * v * v
		}
	}
	fourth := 0.0
	for i := range n {
		sum := 0.0
		for _, v := range x[i*d:][:d] {
			sum += v * v
		}
		fourth += sum * sum
	}
	mu := trace / float64(d)
	delta := (norm2 - float64(d)*mu*mu) / float64(d)
	beta := min((fourth/float64(n)-norm2)/float64(n*d), delta)
	s := 0.0
	if beta != 0 {
		s = beta / delta
	}
	c.ScaleSym(1-s, c)
	for i := range d {
		c.SetSym(i, i, c.At(i, i)+s*mu)
	}
	return s
}

// factor gives the upper triangle L' of c = L L', row-major [d,d]. Whether c is
// singular is not left to the rounding of a pivot: the rule is the one of numpy's
// matrix_rank, a condition number against d times the machine epsilon.
func factor(c *mat.SymDense, n, d int, o Options) ([]float64, error) {
	const epsilon = 0x1p-52
	var chol mat.Cholesky
	if !chol.Factorize(c) || !(chol.Cond()*float64(d)*epsilon < 1) {
		switch {
		case mat.Trace(c) == 0:
			return nil, fmt.Errorf("%w: all %d embeddings are the same; check that the training pictures differ", ErrSingular, n)
		case o.Covariance == Empirical:
			return nil, fmt.Errorf("%w: some combination of the %d features never varies; set density.covariance to ledoit_wolf or ridge", ErrSingular, d)
		case o.Covariance == Ridge:
			return nil, fmt.Errorf("%w: a density.ridge of %v is too small beside these embeddings; raise it or set density.covariance to ledoit_wolf", ErrSingular, o.Ridge)
		}
		return nil, fmt.Errorf("%w in spite of the shrinkage; the %d embeddings hardly differ, so look at the training pictures, or set density.covariance to ridge", ErrSingular, n)
	}
	var u mat.TriDense
	chol.UTo(&u)
	raw := u.RawTriangular()
	upper := make([]float64, d*d)
	for i := range d {
		copy(upper[i*d+i:(i+1)*d], raw.Data[i*raw.Stride+i:][:d-i])
	}
	return upper, nil
}
