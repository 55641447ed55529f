"""pyiqa's hand-crafted measures of one image; the adapter is ``_pyiqa_no_reference.py``.

PIQE and entropy need no weights; the others compare an image with a model of pristine or rated ones, a published file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._pyiqa import LUMA_8_BIT, pyiqa_file
from ._pyiqa_no_reference import PyiqaNoReference, judged

if TYPE_CHECKING:
    import torch

NIQE_CITATION = (
    "@article{mittal2013making, author={Mittal, Anish and Soundararajan, Rajiv and Bovik, Alan C.}, title={Making a "
    "``completely blind'' image quality analyzer}, journal={IEEE Signal Processing Letters}, volume={20}, number={3}, "
    "pages={209--212}, year={2013}}"
)
BRISQUE_CITATION = (
    "@article{mittal2012no, author={Mittal, Anish and Moorthy, Anush Krishna and Bovik, Alan Conrad}, title={No-reference "
    "image quality assessment in the spatial domain}, journal={IEEE Transactions on Image Processing}, volume={21}, "
    "number={12}, pages={4695--4708}, year={2012}}"
)
NIQE_FILE = pyiqa_file("niqe_modelparameters.mat")
NRQM_FILE = pyiqa_file("NRQM_model.mat")
NRQM_DATA = "super-resolved images of its authors"


class PIQE(PyiqaNoReference):
    """Share, in per cent, of distorted or noisy blocks of 16 pixels among those with structure; 100 where none has any."""

    info = MethodInfo(
        name="piqe",
        title="PIQE",
        higher_is_better=False,
        trained_on="nothing",
        **judged(
            "@inproceedings{venkatanath2015blind, author={Venkatanath, N. and Praneeth, D. and "
            "Maruthi Chandrasekhar, Bh. and Channappayya, Sumohana S. and Medasani, Swarup S.}, title={Blind image quality "
            "evaluation using perception based features}, booktitle={National Conference on Communications}, year={2015}}"
        ),
    )
    metric = "piqe"
    arch = "piqe_arch"
    least = 16
    notes = (("channels", "luma of yiq, stretched to the image's brightest value, rounded to 8 bit"),)


class Entropy(PyiqaNoReference):
    """Entropy of the luma's histogram of 256 values, in bits; noise raises it, too.

    pyiqa's own code makes an array of 256 integers of each pixel, 9 GB for EFID's largest photographs; here the values are
    counted, for the same number.
    """

    info = MethodInfo(
        name="entropy",
        title="Entropy",
        higher_is_better=True,
        score_range=(0.0, 8.0),
        trained_on="nothing",
        **judged(
            "@article{shannon1948mathematical, author={Shannon, Claude E.}, title={A mathematical theory of "
            "communication}, journal={Bell System Technical Journal}, volume={27}, number={3}, pages={379--423}, "
            "year={1948}}"
        ),
    )
    metric = "entropy"
    arch = "entropy_arch"
    notes = (("channels", LUMA_8_BIT),)

    def _assess(self, images: torch.Tensor) -> torch.Tensor:
        import torch  # noqa: PLC0415
        from pyiqa.utils.color_util import to_y_channel  # noqa: PLC0415

        luma = to_y_channel(images, 255.0).long().flatten(1)
        counts = torch.stack([torch.bincount(values, minlength=256) for values in luma])
        shares = counts / counts.sum(dim=1, keepdim=True)
        return 0.0 - (shares * torch.log2(shares + 1e-8)).sum(dim=1)


class NIQE(PyiqaNoReference):
    """Distance of the image's natural-scene statistics, in blocks of 96 pixels, from those of pristine photographs.

    pyiqa's values of five images of TID2013 differ from those of its authors' code by up to 5 per cent (9.07 instead of 8.64
    for the worst of them). An image of one colour has none.
    """

    info = MethodInfo(
        name="niqe",
        title="NIQE",
        higher_is_better=False,
        score_range=(0.0, None),
        trained_on="125 pristine photographs of its authors",
        weights=(NIQE_FILE,),
        **judged(NIQE_CITATION, "scipy"),
    )
    metric = "niqe"
    arch = "niqe_arch"
    least = 192
    notes = (("channels", LUMA_8_BIT), ("blocks", "96 px, side by side, the rest of the border left out"))


class NIQEMatlab(PyiqaNoReference):
    """NIQE with the model of MATLAB's Image Processing Toolbox."""

    info = MethodInfo(
        name="niqe_matlab",
        title="NIQE (MATLAB)",
        higher_is_better=False,
        score_range=(0.0, None),
        trained_on="MATLAB's pristine photographs",
        weights=(pyiqa_file("niqe_matlab_params.mat"),),
        **judged(NIQE_CITATION, "scipy"),
    )
    metric = "niqe_matlab"
    arch = "niqe_arch"
    least = 192
    notes = (("channels", LUMA_8_BIT), ("blocks", "96 px, side by side, the rest of the border left out"))


class ILNIQE(PyiqaNoReference):
    """NIQE with statistics of gradients, colours and log-Gabor responses, averaged over blocks of 84 pixels."""

    info = MethodInfo(
        name="ilniqe",
        title="IL-NIQE",
        higher_is_better=False,
        score_range=(0.0, None),
        trained_on="90 pristine photographs of its authors",
        weights=(pyiqa_file("ILNIQE_templateModel.mat"),),
        **judged(
            "@article{zhang2015feature, author={Zhang, Lin and Zhang, Lei and Bovik, Alan C.}, title={A feature-enriched "
            "completely blind image quality evaluator}, journal={IEEE Transactions on Image Processing}, volume={24}, "
            "number={8}, pages={2579--2591}, year={2015}}",
            "scipy",
        ),
    )
    metric = "ilniqe"
    arch = "niqe_arch"
    notes = (("resizing", "to 524 × 524 px"),)


class BRISQUE(PyiqaNoReference):
    """Support-vector regression of natural-scene statistics at two scales."""

    info = MethodInfo(
        name="brisque",
        title="BRISQUE",
        higher_is_better=False,
        trained_on="LIVE",
        weights=(pyiqa_file("brisque_svm_weights.pth"),),
        **judged(BRISQUE_CITATION, "scipy"),
    )
    metric = "brisque"
    arch = "brisque_arch"
    notes = (("channels", LUMA_8_BIT),)


class BRISQUEMatlab(PyiqaNoReference):
    """BRISQUE with the model of MATLAB's Image Processing Toolbox."""

    info = MethodInfo(
        name="brisque_matlab",
        title="BRISQUE (MATLAB)",
        higher_is_better=False,
        trained_on="LIVE",
        weights=(pyiqa_file("brisque_matlab.mat"),),
        **judged(BRISQUE_CITATION, "scipy"),
    )
    metric = "brisque_matlab"
    arch = "brisque_arch"
    notes = (("channels", LUMA_8_BIT),)


class NRQM(PyiqaNoReference):
    """Regression forests on frequency and spatial statistics, for super-resolved images; called Ma's score, too."""

    info = MethodInfo(
        name="nrqm",
        title="NRQM",
        higher_is_better=True,
        trained_on=NRQM_DATA,
        weights=(NRQM_FILE,),
        **judged(
            "@article{ma2017learning, author={Ma, Chao and Yang, Chih-Yuan and Yang, Xiaokang and Yang, Ming-Hsuan}, "
            "title={Learning a no-reference quality metric for single-image super-resolution}, journal={Computer Vision "
            "and Image Understanding}, volume={158}, pages={1--16}, year={2017}}",
            "scipy",
        ),
    )
    metric = "nrqm"
    arch = "nrqm_arch"
    notes = (("channels", LUMA_8_BIT),)


class PerceptualIndex(PyiqaNoReference):
    """Mean of NIQE and 10 minus NRQM, four pixels cut off at each border."""

    info = MethodInfo(
        name="pi",
        title="PI",
        higher_is_better=False,
        trained_on=f"NIQE's photographs, {NRQM_DATA}",
        weights=(NRQM_FILE, NIQE_FILE),
        **judged(
            "@inproceedings{blau2018pirm, author={Blau, Yochai and Mechrez, Roey and Timofte, Radu and Michaeli, Tomer and "
            "Zelnik-Manor, Lihi}, title={The 2018 {PIRM} challenge on perceptual image super-resolution}, "
            "booktitle={ECCV Workshops}, year={2018}}",
            "scipy",
        ),
    )
    metric = "pi"
    arch = "nrqm_arch"
    least = 200
    notes = (("channels", "luma of ycbcr, rounded to 8 bit"),)
