// Macros that the kernels share. AX points to vectorTable; Y0..Y10 are used.
// Constants sit at the offsets that vectorTable's comments give.

// SPLIT loads 32 pixels from DI as bytes: red in Y1, green in Y3, blue in Y5.
// The 96 bytes are taken as three registers, in each lane 16 bytes of one
// 48-byte half. A channel's 16 bytes of a half fall on different places modulo
// 16, so the three are laid over one another and shuffled into order once.
#define SPLIT \
	VMOVDQU     (DI), X0                \
	VINSERTI128 $1, 48(DI), Y0, Y0      \
	VMOVDQU     16(DI), X1              \
	VINSERTI128 $1, 64(DI), Y1, Y1      \
	VMOVDQU     32(DI), X2              \
	VINSERTI128 $1, 80(DI), Y2, Y2      \
	VMOVDQU     0(AX), Y9               \
	VMOVDQU     32(AX), Y10             \
	VPBLENDVB   Y9, Y0, Y1, Y6          \
	VPBLENDVB   Y10, Y2, Y6, Y6         \
	VPBLENDVB   Y10, Y0, Y2, Y7         \
	VPBLENDVB   Y9, Y1, Y7, Y7          \
	VPBLENDVB   Y10, Y1, Y0, Y8         \
	VPBLENDVB   Y9, Y2, Y8, Y8          \
	VPSHUFB     64(AX), Y6, Y1          \
	VPSHUFB     96(AX), Y7, Y3          \
	VPSHUFB     128(AX), Y8, Y5

// JOIN is the way back: red Y0, green Y2, blue Y4 are stored to DI.
#define JOIN \
	VMOVDQU      0(AX), Y9              \
	VMOVDQU      32(AX), Y10            \
	VPSHUFB      160(AX), Y0, Y0        \
	VPSHUFB      192(AX), Y2, Y2        \
	VPSHUFB      224(AX), Y4, Y4        \
	VPBLENDVB    Y9, Y0, Y4, Y6         \
	VPBLENDVB    Y10, Y2, Y6, Y6        \
	VPBLENDVB    Y9, Y2, Y0, Y7         \
	VPBLENDVB    Y10, Y4, Y7, Y7        \
	VPBLENDVB    Y10, Y0, Y2, Y8        \
	VPBLENDVB    Y9, Y4, Y8, Y8         \
	VMOVDQU      X6, (DI)               \
	VMOVDQU      X7, 16(DI)             \
	VMOVDQU      X8, 32(DI)             \
	VEXTRACTI128 $1, Y6, 48(DI)         \
	VEXTRACTI128 $1, Y7, 64(DI)         \
	VEXTRACTI128 $1, Y8, 80(DI)
