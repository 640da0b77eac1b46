//go:build !purego

#include "textflag.h"
#include "kernel_amd64.h"

// hueAVX2 follows toHSV and toRGB for 32 pixels at a time, without branches.
// Between the stages the pixels wait on the stack as bytes in order:
//
//	0 chroma    32 largest-middle    64 largest    96 case of the hue
//	128 hue    160 saturation    192 value*saturation (words)    256 way through the sector (words)

// HUE computes hue and saturation of eight pixels as integers.
#define HUE(at, hue, sat) \
	VPMOVZXBD  (0+at)(SP), Y0    \
	VPMOVZXBD  (32+at)(SP), Y1   \
	VPMOVZXBD  (64+at)(SP), Y2   \
	VPMOVZXBD  (96+at)(SP), Y3   \
	VCVTDQ2PS  Y0, Y0            \
	VCVTDQ2PS  Y1, Y1            \
	VCVTDQ2PS  Y2, Y2            \
	VDIVPS     Y0, Y1, Y1        \ // rise; a grey pixel's 0/0 ends as hue 0
	VPERMPS    640(AX), Y3, Y4   \
	VPERMPS    608(AX), Y3, Y3   \
	VXORPS     Y4, Y1, Y1        \
	VADDPS     Y1, Y3, Y1        \ // offset +- rise
	VDIVPS     512(AX), Y1, Y1   \
	VPSRAD     $31, Y1, Y3       \
	VPAND      544(AX), Y3, Y3   \
	VADDPS     Y3, Y1, Y1        \ // a turn more if negative
	VMULPS     480(AX), Y1, Y1   \
	VCVTTPS2DQ Y1, hue           \
	VMULPS     480(AX), Y0, Y0   \
	VDIVPS     Y2, Y0, Y0        \
	VCVTTPS2DQ Y0, sat

// BYTES packs four registers of eight integers into 32 bytes in order, in a.
#define BYTES(a, b, c, d) \
	VPACKSSDW b, a, a  \
	VPACKSSDW d, c, c  \
	VPACKUSWB c, a, a  \
	VPERMD    a, Y5, a

// SECTOR computes sector, lowest channel, way and value*saturation of 16 pixels.
#define SECTOR(at, sector, low) \
	VPMOVZXBW (128+at)(SP), Y0      \
	VPMULLW   416(AX), Y0, Y0       \
	VPSRLW    $8, Y0, sector        \ // x/255 = (x + x/256 + 1)/256
	VPADDW    Y0, sector, sector    \
	VPADDW    448(AX), sector, sector \
	VPSRLW    $8, sector, sector    \
	VPMULLW   352(AX), sector, Y2   \
	VPSUBW    Y2, Y0, Y0            \ // way
	VPSLLW    $15, sector, Y2       \
	VPSRAW    $15, Y2, Y2           \
	VPANDN    352(AX), Y2, Y2       \
	VPXOR     Y2, Y0, Y0            \ // 255-way in even sectors
	VMOVDQU   Y0, (256+2*at)(SP)    \
	VPMOVZXBW (160+at)(SP), Y2      \
	VPMOVZXBW (64+at)(SP), Y3       \
	VPMULLW   Y3, Y2, Y2            \
	VMOVDQU   Y2, (192+2*at)(SP)    \
	VPADDW    384(AX), Y2, Y2       \ // x/255 rounded = (y + y/256)/256, y = x+128
	VPSRLW    $8, Y2, Y4            \
	VPADDW    Y4, Y2, Y2            \
	VPSRLW    $8, Y2, Y2            \
	VPSUBW    Y2, Y3, low

// MIDDLE computes how far the middle channel lies below the largest.
#define MIDDLE(at, out) \
	VPMOVZXWD  (192+2*at)(SP), Y0  \
	VPMOVZXWD  (256+2*at)(SP), Y1  \
	VCVTDQ2PS  Y0, Y0              \
	VCVTDQ2PS  Y1, Y1              \
	VMULPS     Y1, Y0, Y0          \ // exact: below 2^24
	VMULPS     576(AX), Y0, Y0     \
	VCVTPS2DQ  Y0, out

// CHANNEL picks by sector (Y8) from lowest (Y10), middle (Y12), largest (Y14).
#define CHANNEL(top, mid, out) \
	VMOVDQU   mid(AX), Y5          \
	VPSHUFB   Y8, Y5, Y5           \
	VPBLENDVB Y5, Y12, Y10, out    \
	VMOVDQU   top(AX), Y5          \
	VPSHUFB   Y8, Y5, Y5           \
	VPBLENDVB Y5, Y14, out, out

// func hueAVX2(pix *uint8, blocks int, shift uint8, c *vectorTable)
TEXT ·hueAVX2(SB), NOSPLIT, $320-32
	MOVQ pix+0(FP), DI
	MOVQ blocks+8(FP), CX
	MOVQ c+24(FP), AX

block:
	SPLIT
	VPMAXUB Y3, Y1, Y0
	VPMAXUB Y5, Y0, Y0 // largest
	VPMINUB Y3, Y1, Y2
	VPMINUB Y5, Y2, Y2 // smallest
	VPSUBB  Y2, Y0, Y4
	VMOVDQU Y4, 0(SP)
	VPXOR   Y3, Y1, Y6
	VPXOR   Y5, Y6, Y6
	VPXOR   Y0, Y6, Y6
	VPXOR   Y2, Y6, Y6 // what is neither is the middle one
	VPSUBB  Y6, Y0, Y6
	VMOVDQU Y6, 32(SP)
	VMOVDQU Y0, 64(SP)

	// The case of the hue: red largest 0, 1; green 2, 3; blue 4, 5.
	VPCMPEQB  Y0, Y1, Y7
	VPCMPEQB  Y0, Y3, Y8
	VPMAXUB   Y5, Y3, Y9
	VPCMPEQB  Y3, Y9, Y9
	VPADDB    896(AX), Y9, Y9    // red: 0 if g >= b
	VPMAXUB   Y5, Y1, Y10
	VPCMPEQB  Y1, Y10, Y10
	VPADDB    928(AX), Y10, Y10  // green: 2 if r >= b
	VPMAXUB   Y1, Y3, Y11
	VPCMPEQB  Y3, Y11, Y11
	VPADDB    960(AX), Y11, Y11  // blue: 4 if g >= r
	VPBLENDVB Y8, Y10, Y11, Y11
	VPBLENDVB Y7, Y9, Y11, Y11
	VMOVDQU   Y11, 96(SP)

	HUE(0, Y8, Y12)
	HUE(8, Y9, Y13)
	HUE(16, Y10, Y14)
	HUE(24, Y11, Y15)
	VMOVDQU      672(AX), Y5
	BYTES(Y8, Y9, Y10, Y11)
	BYTES(Y12, Y13, Y14, Y15)
	VPBROADCASTB shift+16(FP), Y9
	VPADDB       Y9, Y8, Y8
	VMOVDQU      Y8, 128(SP)
	VMOVDQU      Y12, 160(SP)

	SECTOR(0, Y8, Y10)
	SECTOR(16, Y9, Y11)
	VPACKUSWB Y9, Y8, Y8
	VPERMQ    $0xD8, Y8, Y8
	VPACKUSWB Y11, Y10, Y10
	VPERMQ    $0xD8, Y10, Y10

	MIDDLE(0, Y12)
	MIDDLE(8, Y13)
	MIDDLE(16, Y14)
	MIDDLE(24, Y15)
	BYTES(Y12, Y13, Y14, Y15)
	VMOVDQU 64(SP), Y14
	VPSUBB  Y12, Y14, Y12

	CHANNEL(704, 736, Y0)
	CHANNEL(768, 800, Y2)
	CHANNEL(832, 864, Y4)
	JOIN

	ADDQ $96, DI
	DECQ CX
	JNZ  block
	VZEROUPPER
	RET
