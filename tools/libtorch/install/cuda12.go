package install

import "github.com/cutpaste/cutpaste/tools/fetch"

// cuda12 is torch 2.8.0 with CUDA 12.8.
var cuda12 = set{
	cpu: []wheel{
		{torch12, keepTorchCPU},
		{cudart12, keepOnly("nvidia/cuda_runtime/lib/libcudart.so.12")},
		{cupti12, keepOnly("nvidia/cuda_cupti/lib/libcupti.so.12")},
	},
	cuda: []wheel{
		{torch12, keepTorchCUDA},
		{cudart12, keepLibraries},
		{cupti12, keepLibraries},
		{fetch.File{Project: "nvidia-cublas-cu12", Name: "nvidia_cublas_cu12-12.8.4.1-py3-none-manylinux_2_27_x86_64.whl", Bytes: 594346921,
			SHA256: "8ac4e771d5a348c551b2a426eda6193c19aa630236b418086020df5ba9667142"}, keepLibraries},
		{fetch.File{Project: "nvidia-cuda-nvrtc-cu12", Name: "nvidia_cuda_nvrtc_cu12-12.8.93-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl", Bytes: 88040029,
			SHA256: "a7756528852ef889772a84c6cd89d41dfa74667e24cca16bb31f8f061e3e9994"}, keepLibraries},
		{fetch.File{Project: "nvidia-cudnn-cu12", Name: "nvidia_cudnn_cu12-9.10.2.21-py3-none-manylinux_2_27_x86_64.whl", Bytes: 706758467,
			SHA256: "949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8"}, keepLibraries},
		{fetch.File{Project: "nvidia-cufft-cu12", Name: "nvidia_cufft_cu12-11.3.3.83-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 193118695,
			SHA256: "4d2dd21ec0b88cf61b62e6b43564355e5222e4a3fb394cac0db101f2dd0d4f74"}, keepLibraries},
		{fetch.File{Project: "nvidia-cufile-cu12", Name: "nvidia_cufile_cu12-1.13.1.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 1197834,
			SHA256: "1d069003be650e131b21c932ec3d8969c1715379251f8d23a1860554b1cb24fc"}, keepLibraries},
		{fetch.File{Project: "nvidia-curand-cu12", Name: "nvidia_curand_cu12-10.3.9.90-py3-none-manylinux_2_27_x86_64.whl", Bytes: 63619976,
			SHA256: "b32331d4f4df5d6eefa0554c565b626c7216f87a06a4f56fab27c3b68a830ec9"}, keepLibraries},
		{fetch.File{Project: "nvidia-cusolver-cu12", Name: "nvidia_cusolver_cu12-11.7.3.90-py3-none-manylinux_2_27_x86_64.whl", Bytes: 267506905,
			SHA256: "4376c11ad263152bd50ea295c05370360776f8c3427b30991df774f9fb26c450"}, keepLibraries},
		{fetch.File{Project: "nvidia-cusparse-cu12", Name: "nvidia_cusparse_cu12-12.5.8.93-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 288216466,
			SHA256: "1ec05d76bbbd8b61b06a80e1eaf8cf4959c3d4ce8e711b65ebd0443bb0ebb13b"}, keepLibraries},
		{fetch.File{Project: "nvidia-cusparselt-cu12", Name: "nvidia_cusparselt_cu12-0.7.1-py3-none-manylinux2014_x86_64.whl", Bytes: 287193691,
			SHA256: "f1bb701d6b930d5a7cea44c19ceb973311500847f81b634d802b7b539dc55623"}, keepLibraries},
		{fetch.File{Project: "nvidia-nccl-cu12", Name: "nvidia_nccl_cu12-2.27.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 322364134,
			SHA256: "adf27ccf4238253e0b826bce3ff5fa532d65fc42322c8bfdfaf28024c0fbe039"}, keepLibraries},
		{fetch.File{Project: "nvidia-nvjitlink-cu12", Name: "nvidia_nvjitlink_cu12-12.8.93-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl", Bytes: 39254836,
			SHA256: "81ff63371a7ebd6e6451970684f916be2eab07321b73c9d244dc2b4da7f73b88"}, keepLibraries},
		{fetch.File{Project: "nvidia-nvtx-cu12", Name: "nvidia_nvtx_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 89954,
			SHA256: "5b17e2001cc0d751a5bc2c6ec6d26ad95913324a4adb86788c944f8ce9ba441f"}, keepLibraries},
	},
	headers: []wheel{
		{cudart12, keepHeaders},
		// The compiler's wheel is large, but has the headers of crt/.
		{fetch.File{Project: "nvidia-cuda-nvcc-cu12", Name: "nvidia_cuda_nvcc_cu12-12.8.93-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl", Bytes: 40128098,
			SHA256: "2d6dc36fb7cb5ac9c0b8825bc13d193c35487a315664007287d0126531238011"}, keepHeaders},
	},
	cpuUnpacked:     500_000_000,
	cudaUnpacked:    6_100_000_000,
	headersUnpacked: 6_000_000,
}

var (
	torch12 = fetch.File{Project: "torch", Name: "torch-2.8.0-cp312-cp312-manylinux_2_28_x86_64.whl", Bytes: 887913624,
		SHA256: "b2aca0939fb7e4d842561febbd4ffda67a8e958ff725c1c27e244e85e982173c"}
	cudart12 = fetch.File{Project: "nvidia-cuda-runtime-cu12", Name: "nvidia_cuda_runtime_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 954765,
		SHA256: "adade8dcbd0edf427b7204d480d6066d33902cab2a4707dcfc48a2d0fd44ab90"}
	cupti12 = fetch.File{Project: "nvidia-cuda-cupti-cu12", Name: "nvidia_cuda_cupti_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 10248621,
		SHA256: "ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182"}
)
