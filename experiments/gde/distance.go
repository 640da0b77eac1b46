package gde

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// block is the side of the square blocks in which matrices are worked on: three
// of 64 x 64 float64 stay in a core's cache, and gonum's product of one block
// does not split itself over cores again.
const block = 64

// Mahalanobis gives the distance from g's mean of each of n rows of g.D features:
// the anomaly score, 0 or more, higher for more anomalous. Rows are normalised
// where g was fitted to normalised ones.
//
// It fails on a number that is not finite, naming its row. Panics when
// len(embeddings) is not n*g.D.
func Mahalanobis[F Float](g *Gaussian, embeddings []F, n int) ([]float64, error) {
	d := g.D
	if len(embeddings) != n*d {
		panic(fmt.Sprintf("gde: %d numbers are no %d rows of %d", len(embeddings), n, d))
	}
	distances := make([]float64, n)
	chunks := (n + block - 1) / block
	failed := make([]error, chunks)
	parallel(chunks, func() func(int) {
		buffer := make([]float64, min(block, n)*d)
		return func(c int) {
			first := c * block
			rows := min(block, n-first)
			z := buffer[:rows*d]
			for i := range rows {
				row := z[i*d:][:d]
				if err := load(row, embeddings[(first+i)*d:][:d], g.options.Normalize); err != nil {
					failed[c] = fmt.Errorf("embedding %d %w", first+i, err)
					return
				}
				for j := range row {
					row[j] -= g.mean[j]
				}
			}
			g.solve(z, rows)
			for i := range rows {
				sum := 0.0
				for _, v := range z[i*d:][:d] {
					sum += v * v
				}
				distances[first+i] = math.Sqrt(sum)
			}
		}
	})
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return distances, nil
}

// solve overwrites each row y of z [rows,D] with the solution of L y' = y, which
// for rows is y' L' = y. It goes over the columns block by block: what the
// finished blocks contribute is taken off by one matrix product, and the block's
// own triangle is then small enough to stay in the cache.
func (g *Gaussian) solve(z []float64, rows int) {
	d := g.D
	for j := 0; j < d; j += block {
		cols := min(block, d-j)
		here := blas64.General{Rows: rows, Cols: cols, Stride: d, Data: z[j:]}
		if j > 0 {
			blas64.Gemm(blas.NoTrans, blas.NoTrans, -1,
				blas64.General{Rows: rows, Cols: j, Stride: d, Data: z},
				blas64.General{Rows: j, Cols: cols, Stride: d, Data: g.upper[j:]},
				1, here)
		}
		blas64.Trsm(blas.Right, blas.NoTrans, 1,
			blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: cols, Stride: d, Data: g.upper[j*d+j:]},
			here)
	}
}

// parallel calls work(0) to work(n-1), spread over the cores. worker is called
// once a core and makes that core's work function, with scratch of its own.
func parallel(n int, worker func() (work func(i int))) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			work := worker()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wait.Wait()
}
