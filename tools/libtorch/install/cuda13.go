package install

import "github.com/cutpaste/cutpaste/tools/fetch"

// cuda13 is torch 2.11.0 with CUDA 13.0.
var cuda13 = set{
	cpu: []wheel{
		{torch13, keepTorchCPU},
		{cudart13, keepOnly("nvidia/cu13/lib/libcudart.so.13")},
		{cupti13, keepOnly("nvidia/cu13/lib/libcupti.so.13")},
	},
	cuda: []wheel{
		{torch13, keepTorchCUDA},
		{cudart13, keepLibraries},
		{cupti13, keepLibraries},
		{fetch.File{Project: "nvidia-cublas", Name: "nvidia_cublas-13.1.0.3-py3-none-manylinux_2_27_x86_64.whl", Bytes: 423133236,
			SHA256: "ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171"}, keepLibraries},
		{fetch.File{Project: "nvidia-cuda-nvrtc", Name: "nvidia_cuda_nvrtc-13.0.88-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl", Bytes: 90215200,
			SHA256: "ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575"}, keepLibraries},
		{fetch.File{Project: "nvidia-cudnn-cu13", Name: "nvidia_cudnn_cu13-9.19.0.56-py3-none-manylinux_2_27_x86_64.whl", Bytes: 366066321,
			SHA256: "d20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf"}, keepLibraries},
		{fetch.File{Project: "nvidia-cufft", Name: "nvidia_cufft-12.0.0.61-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 214085489,
			SHA256: "6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3"}, keepLibraries},
		{fetch.File{Project: "nvidia-cufile", Name: "nvidia_cufile-1.15.1.6-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 1223672,
			SHA256: "08a3ecefae5a01c7f5117351c64f17c7c62efa5fffdbe24fc7d298da19cd0b44"}, keepLibraries},
		{fetch.File{Project: "nvidia-curand", Name: "nvidia_curand-10.4.0.35-py3-none-manylinux_2_27_x86_64.whl", Bytes: 59544258,
			SHA256: "1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc"}, keepLibraries},
		{fetch.File{Project: "nvidia-cusolver", Name: "nvidia_cusolver-12.0.4.66-py3-none-manylinux_2_27_x86_64.whl", Bytes: 200941980,
			SHA256: "0a759da5dea5c0ea10fd307de75cdeb59e7ea4fcb8add0924859b944babf1112"}, keepLibraries},
		{fetch.File{Project: "nvidia-cusparse", Name: "nvidia_cusparse-12.6.3.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 145942937,
			SHA256: "2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b"}, keepLibraries},
		{fetch.File{Project: "nvidia-cusparselt-cu13", Name: "nvidia_cusparselt_cu13-0.8.0-py3-none-manylinux2014_x86_64.whl", Bytes: 169884119,
			SHA256: "25e30a8a7323935d4ad0340b95a0b69926eee755767e8e0b1cf8dd85b197d3fd"}, keepLibraries},
		{fetch.File{Project: "nvidia-nccl-cu13", Name: "nvidia_nccl_cu13-2.28.9-py3-none-manylinux_2_18_x86_64.whl", Bytes: 196493177,
			SHA256: "e4553a30f34195f3fa1da02a6da3d6337d28f2003943aa0a3d247bbc25fefc42"}, keepLibraries},
		{fetch.File{Project: "nvidia-nvjitlink", Name: "nvidia_nvjitlink-13.0.88-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl", Bytes: 40713933,
			SHA256: "13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b"}, keepLibraries},
		{fetch.File{Project: "nvidia-nvshmem-cu13", Name: "nvidia_nvshmem_cu13-3.4.5-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 60412546,
			SHA256: "290f0a2ee94c9f3687a02502f3b9299a9f9fe826e6d0287ee18482e78d495b80"}, keepLibraries},
		{fetch.File{Project: "nvidia-nvtx", Name: "nvidia_nvtx-13.0.85-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl", Bytes: 148047,
			SHA256: "4936d1d6780fbe68db454f5e72a42ff64d1fd6397df9f363ae786930fd5c1cd4"}, keepLibraries},
	},
	headers: []wheel{
		{cudart13, keepHeaders},
		{fetch.File{Project: "nvidia-cuda-crt", Name: "nvidia_cuda_crt-13.0.88-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 134086,
			SHA256: "2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4"}, keepHeaders},
	},
	cpuUnpacked:     500_000_000,
	cudaUnpacked:    4_000_000_000,
	headersUnpacked: 6_000_000,
}

var (
	torch13 = fetch.File{Project: "torch", Name: "torch-2.11.0-cp312-cp312-manylinux_2_28_x86_64.whl", Bytes: 530712279,
		SHA256: "0f68f4ac6d95d12e896c3b7a912b5871619542ec54d3649cf48cc1edd4dd2756"}
	cudart13 = fetch.File{Project: "nvidia-cuda-runtime", Name: "nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", Bytes: 2243632,
		SHA256: "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"}
	cupti13 = fetch.File{Project: "nvidia-cuda-cupti", Name: "nvidia_cuda_cupti-13.0.85-py3-none-manylinux_2_25_x86_64.whl", Bytes: 10715597,
		SHA256: "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"}
)
