"""BibTeX of the software and of the statistical procedures that a paragraph of methods may name: published facts only."""

from __future__ import annotations

from collections.abc import Mapping

SOFTWARE: Mapping[str, str] = {
    "pyiqa": "@misc{chen2022pyiqa, author={Chen, Chaofeng and Mo, Jiadi}, title={{IQA-PyTorch}: {PyTorch} toolbox for "
    "image quality assessment}, howpublished={https://github.com/chaofengc/IQA-PyTorch}, year={2022}}",
    "piq": "@article{kastryulin2022pytorch, author={Kastryulin, Sergey and Zakirov, Jamil and Prokopenko, Denis and "
    "Dylov, Dmitry V.}, title={{PyTorch} image quality: metrics for image quality assessment}, journal={arXiv "
    "preprint arXiv:2208.14818}, year={2022}}",
    "torch": "@inproceedings{paszke2019pytorch, author={Paszke, Adam and Gross, Sam and Massa, Francisco and Lerer, "
    "Adam and others}, title={{PyTorch}: an imperative style, high-performance deep learning library}, "
    "booktitle={Advances in Neural Information Processing Systems}, volume={32}, year={2019}}",
    "numpy": "@article{harris2020array, author={Harris, Charles R. and Millman, K. Jarrod and {van der Walt}, "
    "St{\\'e}fan J. and others}, title={Array programming with {NumPy}}, journal={Nature}, volume={585}, "
    "pages={357--362}, year={2020}}",
    "scipy": "@article{virtanen2020scipy, author={Virtanen, Pauli and Gommers, Ralf and Oliphant, Travis E. and "
    "others}, title={{SciPy} 1.0: fundamental algorithms for scientific computing in {Python}}, "
    "journal={Nature Methods}, volume={17}, pages={261--272}, year={2020}}",
    "pandas": "@inproceedings{mckinney2010data, author={McKinney, Wes}, title={Data structures for statistical "
    "computing in {Python}}, booktitle={Proceedings of the 9th Python in Science Conference}, pages={56--61}, "
    "year={2010}}",
    "numba": "@inproceedings{lam2015numba, author={Lam, Siu Kwan and Pitrou, Antoine and Seibert, Stanley}, "
    "title={{Numba}: a {LLVM}-based {Python} {JIT} compiler}, booktitle={Proceedings of the Second Workshop "
    "on the {LLVM} Compiler Infrastructure in {HPC}}, year={2015}}",
    "scikit-learn": '@article{pedregosa2011scikit, author={Pedregosa, Fabian and Varoquaux, Ga{\\"e}l and Gramfort, '
    "Alexandre and others}, title={Scikit-learn: machine learning in {Python}}, journal={Journal of Machine Learning "
    "Research}, volume={12}, pages={2825--2830}, year={2011}}",
}
"""By distribution."""
PROCEDURES: Mapping[str, str] = {
    "srcc": "@article{spearman1904proof, author={Spearman, Charles}, title={The proof and measurement of association "
    "between two things}, journal={The American Journal of Psychology}, volume={15}, number={1}, "
    "pages={72--101}, year={1904}}",
    "krcc": "@article{kendall1945treatment, author={Kendall, Maurice G.}, title={The treatment of ties in ranking "
    "problems}, journal={Biometrika}, volume={33}, number={3}, pages={239--251}, year={1945}}",
    "logistic5": "@article{sheikh2006statistical, author={Sheikh, Hamid R. and Sabir, Muhammad F. and Bovik, Alan C.}, "
    "title={A statistical evaluation of recent full reference image quality assessment algorithms}, "
    "journal={IEEE Transactions on Image Processing}, volume={15}, number={11}, pages={3440--3451}, "
    "year={2006}}",
    "outlier_ratio": "@techreport{itup1401, author={{ITU-T}}, title={Methods, metrics and procedures for statistical "
    "evaluation, qualification and comparison of objective quality prediction models}, "
    "institution={International Telecommunication Union}, type={Recommendation}, number={P.1401}, "
    "year={2020}}",
    "discrimination": "@inproceedings{krasula2016accuracy, author={Krasula, Luk{\\'a}{\\v{s}} and Fliegel, Karel and {Le "
    "Callet}, Patrick and Kl{\\'i}ma, Milo{\\v{s}}}, title={On the accuracy of objective image and video "
    "quality models: new methodology for performance evaluation}, booktitle={International Conference on "
    "Quality of Multimedia Experience (QoMEX)}, year={2016}}",
    "score_2afc": "@inproceedings{zhang2018unreasonable, author={Zhang, Richard and Isola, Phillip and Efros, Alexei A. and "
    "Shechtman, Eli and Wang, Oliver}, title={The unreasonable effectiveness of deep features as a perceptual "
    "metric}, booktitle={CVPR}, pages={586--595}, year={2018}}",
    "bootstrap": "@book{efron1993introduction, author={Efron, Bradley and Tibshirani, Robert J.}, title={An introduction "
    "to the bootstrap}, publisher={Chapman and Hall}, year={1993}}",
    "max-t": "@article{romano2005exact, author={Romano, Joseph P. and Wolf, Michael}, title={Exact and approximate "
    "stepdown methods for multiple hypothesis testing}, journal={Journal of the American Statistical "
    "Association}, volume={100}, number={469}, pages={94--108}, year={2005}}",
    "holm": "@article{holm1979simple, author={Holm, Sture}, title={A simple sequentially rejective multiple test "
    "procedure}, journal={Scandinavian Journal of Statistics}, volume={6}, number={2}, pages={65--70}, "
    "year={1979}}",
    "steiger": "@article{steiger1980tests, author={Steiger, James H.}, title={Tests for comparing elements of a "
    "correlation matrix}, journal={Psychological Bulletin}, volume={87}, number={2}, pages={245--251}, "
    "year={1980}}",
    "williams": "@article{williams1959comparison, author={Williams, Evan J.}, title={The comparison of regression "
    "variables}, journal={Journal of the Royal Statistical Society, Series B}, volume={21}, number={2}, "
    "pages={396--399}, year={1959}}",
    "meng": "@article{meng1992comparing, author={Meng, Xiao-Li and Rosenthal, Robert and Rubin, Donald B.}, "
    "title={Comparing correlated correlation coefficients}, journal={Psychological Bulletin}, volume={111}, number={1}, "
    "pages={172--175}, year={1992}}",
    "corrected t": "@article{nadeau2003inference, author={Nadeau, Claude and Bengio, Yoshua}, title={Inference for the "
    "generalization error}, journal={Machine Learning}, volume={52}, number={3}, pages={239--281}, "
    "year={2003}}",
}
"""By what the sentences call them."""
TITLES: Mapping[str, str] = {
    "pyiqa": "IQA-PyTorch (pyiqa)",
    "piq": "PyTorch Image Quality (piq)",
    "torch": "PyTorch",
    "torchvision": "torchvision",
    "timm": "timm",
    "numpy": "NumPy",
    "scipy": "SciPy",
    "pandas": "pandas",
    "numba": "Numba",
    "scikit-learn": "scikit-learn",
    "pillow": "Pillow",
    "opencv-python-headless": "OpenCV",
    "transformers": "Transformers",
    "cvvdp": "ColorVideoVDP (cvvdp)",
}
"""What distributions are called in print; others by their own name."""
