//go:build !purego

#include "textflag.h"
#include "kernel_amd64.h"

// A block of 32 pixels is held as words in six registers. If a step or the sum
// needs a pixel's own grey, they are
//
//	Y0, Y1 red    Y2, Y3 green    Y4, Y5 blue    (each: pixels 0-7 and 16-23, pixels 8-15 and 24-31)
//
// and otherwise simply the 96 bytes in order.

// GREY computes the greys of eight + eight pixels into out. Y6, Y7, Y8 are lost.
#define GREY(r, g, b, out) \
	VPUNPCKLWD g, r, Y6       \
	VPMADDWD   256(AX), Y6, Y6 \
	VPUNPCKLWD Y13, b, Y7     \
	VPMADDWD   288(AX), Y7, Y7 \
	VPADDD     Y7, Y6, Y6     \
	VPSRAD     $16, Y6, Y6    \
	VPUNPCKHWD g, r, Y7       \
	VPMADDWD   256(AX), Y7, Y7 \
	VPUNPCKHWD Y13, b, Y8     \
	VPMADDWD   288(AX), Y8, Y8 \
	VPADDD     Y8, Y7, Y7     \
	VPSRAD     $16, Y7, Y7    \
	VPACKSSDW  Y7, Y6, out    \
	VPADDW     g, out, out

// MIX is x = x + ((x-m)*(factor-1) >> 12), which is m + ((x-m)*factor >> 12);
// Y11 holds (factor-1) << 4 for MIX, and (factor-1) << 2 for MIXFAR,
// where the former would not fit into a word.
#define MIX(x, m) \
	VPSUBW  m, x, Y6       \
	VPMULHW Y11, Y6, Y6    \
	VPADDW  Y6, x, x

#define MIXFAR(x, m) \
	VPSUBW  m, x, Y6       \
	VPSLLW  $2, Y6, Y6     \
	VPMULHW Y11, Y6, Y6    \
	VPADDW  Y6, x, x

// CLAMP holds x within 0..255.
#define CLAMP(x) \
	VPMAXSW Y12, x, x      \
	VPMINSW 352(AX), x, x

// func blendAVX2(pix *uint8, blocks int, steps *mixStep, n int, sum bool, c *vectorTable) int
TEXT ·blendAVX2(SB), NOSPLIT, $0-56
	MOVQ    pix+0(FP), DI
	MOVQ    blocks+8(FP), CX
	MOVQ    steps+16(FP), SI
	MOVQ    n+24(FP), DX
	MOVBQZX sum+32(FP), BX
	MOVQ    c+40(FP), AX
	VPXOR   Y15, Y15, Y15     // sum
	VPXOR   Y12, Y12, Y12     // zero
	VMOVDQU 320(AX), Y13      // two
	MOVQ    BX, R10           // R10: are channels told apart?
	MOVQ    SI, R8
	MOVQ    DX, R9

look:
	TESTQ   R9, R9
	JZ      block
	MOVWQZX 4(R8), R11
	ORQ     R11, R10
	ADDQ    $10, R8
	DECQ    R9
	JMP     look

block:
	TESTQ R10, R10
	JNZ   split
	VMOVDQU    (DI), Y1
	VMOVDQU    32(DI), Y3
	VMOVDQU    64(DI), Y5
	JMP   widen

split:
	SPLIT

widen:
	VPUNPCKLBW Y12, Y1, Y0
	VPUNPCKHBW Y12, Y1, Y1
	VPUNPCKLBW Y12, Y3, Y2
	VPUNPCKHBW Y12, Y3, Y3
	VPUNPCKLBW Y12, Y5, Y4
	VPUNPCKHBW Y12, Y5, Y5

	MOVQ SI, R8
	MOVQ DX, R9

step:
	TESTQ R9, R9
	JZ    stepped
	CMPW  4(R8), $0
	JNE   own
	VPBROADCASTW 2(R8), Y9
	VMOVDQA      Y9, Y10
	JMP   mix

own:
	GREY(Y0, Y2, Y4, Y9)
	GREY(Y1, Y3, Y5, Y10)

mix:
	VPBROADCASTW (R8), Y11
	CMPW 6(R8), $0
	JNE  far
	MIX(Y0, Y9)
	MIX(Y1, Y10)
	MIX(Y2, Y9)
	MIX(Y3, Y10)
	MIX(Y4, Y9)
	MIX(Y5, Y10)
	JMP  clamp

far:
	MIXFAR(Y0, Y9)
	MIXFAR(Y1, Y10)
	MIXFAR(Y2, Y9)
	MIXFAR(Y3, Y10)
	MIXFAR(Y4, Y9)
	MIXFAR(Y5, Y10)

clamp:
	CMPW 8(R8), $0
	JE   mixed
	CLAMP(Y0)
	CLAMP(Y1)
	CLAMP(Y2)
	CLAMP(Y3)
	CLAMP(Y4)
	CLAMP(Y5)

mixed:
	ADDQ $10, R8
	DECQ R9
	JMP  step

stepped:
	TESTQ BX, BX
	JZ    narrow
	GREY(Y0, Y2, Y4, Y9)
	GREY(Y1, Y3, Y5, Y10)
	VPACKUSWB Y10, Y9, Y9
	VPSADBW   Y12, Y9, Y9
	VPADDQ    Y9, Y15, Y15

narrow:
	TESTQ DX, DX
	JZ    next                // nothing changed
	VPACKUSWB Y1, Y0, Y0
	VPACKUSWB Y3, Y2, Y2
	VPACKUSWB Y5, Y4, Y4
	TESTQ R10, R10
	JNZ   join
	VMOVDQU Y0, (DI)
	VMOVDQU Y2, 32(DI)
	VMOVDQU Y4, 64(DI)
	JMP   next

join:
	JOIN

next:
	ADDQ $96, DI
	DECQ CX
	JNZ  block

	VEXTRACTI128 $1, Y15, X0
	VPADDQ       X0, X15, X15
	VPSRLDQ      $8, X15, X0
	VPADDQ       X0, X15, X15
	VMOVQ        X15, AX
	MOVQ         AX, ret+48(FP)
	VZEROUPPER
	RET
