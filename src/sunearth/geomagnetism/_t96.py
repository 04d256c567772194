"""The magnetospheric field of Tsyganenko (1996), compiled: shielded ring current, tail and field-aligned currents.

Lengths are in R_E (6371.2 km), fields in nT, the frame is GSM. `prepare_t96` makes the record of one state (tilt and
drivers) and `t96_field` evaluates the field of the currents outside the Earth at a point:

- the Chapman-Ferraro field that shields the dipole, a sum of cylindrical harmonics;
- ring current and two tail modes, each a warped disk or sheet with its own shielding by box harmonics;
- region 1 and region 2 Birkeland currents, in SM coordinates, each represented by other sources (dipoles, loops,
  conical harmonics) inside and outside of its current sheet, with a smooth passage across it;
- the part of the interplanetary field that penetrates.

All lengths shrink with pressure as p_dyn^-0.14. The amplitudes are those of the release of 22 June 1996.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, njit, types

from ._box_functions import exponentials, sines_and_cosines

VECTOR = types.UniTuple(float64, 3)
FIELD_SIGNATURE = VECTOR(float64[::1], float64, float64, float64)

# --- the boundary: an ellipsoid by day that goes over into a cylinder ------------------------------------------------

REFERENCE_PRESSURE = 2.0  # nPa, at which lengths are unscaled
PRESSURE_EXPONENT = 0.14
SEMI_AXIS = 70.0  # R_E
BOUNDARY_SIGMA = 1.08
NOSE_CENTRE = 5.48  # R_E
HALF_LAYER = 0.005  # in sigma, over which the field goes over into that outside

# --- amplitudes (Tsyganenko 1996, table of the final fit) ------------------------------------------------------------

RING_PER_DEPRESSION = 1.162
TAIL_DISK = (22.344, 18.50, 2.602)  # constant, with pressure, with the merging electric field
TAIL_SHEET = (6.903, 5.287)  # constant, with pressure
REGION_1 = (0.5790, 0.4462)  # constant, with the merging electric field
REGION_2_RATIO = 20.0  # total region 2 current is then 40 % of region 1
PENETRATION = 0.7850
MERGING_FACTOR, MERGING_REFERENCE = 718.5, 3630.7
PENETRATION_LENGTH, PENETRATION_WIDTH = 20.0, 10.0  # R_E, of the penetrated field outside

# --- shielding of the dipole: cylindrical harmonics ------------------------------------------------------------------

# Rows: amplitude and scale (R_E), first three harmonics and then three with a linear factor in x.
PERPENDICULAR_SHIELD = np.array([
    [0.24777, 57.522], [-27.003, 13.757], [-0.46815, 2.01],
    [7.0637, 10.458], [-1.5918, 4.5798], [-0.090317, 2.1695],
])  # fmt: skip
PARALLEL_SHIELD = np.array([
    [-0.65385, 39.592], [-18.061, 13.291], [-0.40457, 1.997],
    [-5.0995, 10.062], [1.2846, 4.514], [0.078231, 2.1558],
])  # fmt: skip

# Bessel functions: power series in 2 (x/8)^2 - 1 up to x = 8 for J0 and J1/x, beyond it in 2 (8/x)^2 - 1 for the
# slowly varying factors P and x Q of the cosine and sine (columns: order 0, order 1). Chebyshev expansions of the
# exact functions, cut at 3e-17.
BESSEL_NEAR = np.array([
    [0.045829664859813754, -0.05814382795599107], [0.9303012472958572, 0.08105866038589758],
    [-0.6484692830871821, 0.15151665143806636], [-0.8080888076696872, -0.2595948652859166],
    [1.0383794611436883, 0.15858376432721838], [-0.5074680458471, -0.05474581821299505],
    [0.14598884856785538, 0.012456814392263375], [-0.028472718610882047, -0.002029039493866671],
    [0.004058078988108771, 0.0002494945813597261], [-0.0004435459224311503, -2.4045750380401832e-05],
    [3.847320005801417e-05, 1.8684526037206013e-06], [-2.717749223632098e-06, -1.1966856610655616e-07],
    [1.5955848859935914e-07, 6.431190177265836e-09], [-7.91532308295207e-09, -2.9580309461613664e-10],
    [3.3794626319436793e-10, 1.1658972367678622e-11], [-1.243301171273326e-11, 0.0],
])  # fmt: skip
BESSEL_FAR_P = np.array([
    [0.9994572757882519, 1.0009070262780821], [-0.0005363673192129672, 0.0008988049416705183],
    [6.137416081283524e-06, -7.959694699684788e-06], [-2.0527448261170675e-07, 2.453676633366693e-07],
    [1.2803747743828764e-08, -1.4708498448932155e-08], [-1.2121098178951377e-09, 1.3602969253877949e-09],
    [1.550640953808597e-10, -1.7137279585997966e-10], [-2.491146535471666e-11, 2.72345126828134e-11],
    [4.674289307624388e-12, -5.071495295696752e-12], [-1.0157485021065676e-12, 1.0954826479277623e-12],
    [3.455012974455743e-13, -3.697244591244297e-13], [-1.0251790052831013e-13, 1.0923713653079462e-13],
    [0.0, 0.0], [0.0, 0.0],
    [0.0, 0.0],
])  # fmt: skip
BESSEL_FAR_Q = np.array([
    [-0.12444091103610815, 0.3742149922195918], [0.0005466519279475266, -0.0007697167057643706],
    [-1.1817110661200976e-05, 1.4569614809339924e-05], [5.684971881753781e-07, -6.633568561050814e-07],
    [-4.534972837363434e-08, 5.136106815451932e-08], [5.146231602705606e-09, -5.720890888840857e-09],
    [-7.5763304988972e-10, 8.315586321594619e-10], [1.3623497617833053e-10, -1.4816588916791194e-10],
    [-2.8707211071105146e-11, 3.1143942213346517e-11], [6.951785915752245e-12, -7.465104477698295e-12],
    [-1.873640743543296e-12, 1.796964474573459e-12], [4.605060470396763e-13, -4.91574062967655e-13],
    [-1.3137515498826537e-13, 2.8960940831153833e-13], [1.0185094098694355e-13, -1.0759215471978615e-13],
    [-4.0574096424030336e-14, 0.0],
])  # fmt: skip
BESSEL_SPLIT = 8.0

# --- warped current sheets -------------------------------------------------------------------------------------------

HINGING_DISTANCE, HINGING_WIDTH = 9.0, 4.0  # R_E
HINGE_OUT = math.sqrt((1.0 + HINGING_DISTANCE) ** 2 + HINGING_WIDTH**2)
HINGE_IN = math.sqrt((1.0 - HINGING_DISTANCE) ** 2 + HINGING_WIDTH**2)
WARPING = 10.0
WARPING_SCALE = 1e4  # R_E^4
SHEET_HALF_THICKNESS, FLANK_THICKENING, FLANK_SCALE = 2.0, 10.0, 20.0
RING_HALF_THICKNESS = 2.0
DISK_SHIFT = 4.5

# Rows: amplitude (times scale), scale (R_E).
RING_MODES = np.array([[569.895366, 2.722188], [-1603.386993, 3.766875]])
DISK_MODES = np.array([[-745796.7338, 7.925], [1176470.141, 8.085], [-444610.529, 8.47125], [-57508.01028, 27.895]])

# Tail sheets of 1987: three amplitudes; places of the two poles of the current profile; inner edge; distance of the
# return sheets; half thickness.
SHEET_AMPLITUDES = (0.391734, 5.89715, 24.6833)
SHEET_POLES = (-1.261, -0.663)
SHEET_EDGE, SHEET_RETURN, SHEET_WIDTH = -10.0, 40.0, 3.0
SHEET_HALF_TURN = 1.5707963  # pi/2, as many digits as the release has
EDGE_SQUARE = (SHEET_EDGE - SHEET_POLES[0]) ** 2
EDGE_INVERSE = 1.0 / (SHEET_EDGE - SHEET_POLES[1])
EDGE_LOGARITHM = -math.log(EDGE_INVERSE**2 * EDGE_SQUARE)

# --- box harmonics: e^(k x) cos(y/p) sin(z/r) and e^(k x) cos(y/q) cos(z/s) with k^2 = 1/p^2 + 1/r^2 -----------------

# Each box: amplitudes of the odd kind (pairs: constant, times cos tilt), of the even kind (pairs: times sin tilt, times
# sin 3 tilt), and the scales p, r, q, s.
RING_BOX = np.array([
    [-3.087699646, 3.516259114], [18.81380577, -13.95772338], [-5.497076303, 0.1712890838],
    [2.392629189, -2.728020808], [-14.79349936, 11.08738083], [4.388174084, 0.02492163197],
    [0.7030375685, -0.7966023165], [-3.835041334, 2.642228681], [-0.2405352424, -0.7297705678],
    [-0.3680255045, 0.1333685557], [2.795140897, -1.078379954], [0.801402863, 0.1245825565],
    [0.6149982835, -0.2207267314], [-4.424578723, 1.730471572], [-1.716313926, -0.2306302941],
    [-0.2450342688, 0.08617173961], [1.54697858, -0.6569391113], [-0.6537525353, 0.2079417515],
])  # fmt: skip
RING_SCALES = np.array([
    [12.75434981, 11.37659788, 636.4346279],
    [1.752483754, 3.604231143, 12.83078674],
    [7.412066636, 9.434625736, 676.7557193],
    [1.701162737, 3.580307144, 14.64298662],
])  # fmt: skip
DISK_BOX = np.array([
    [0.8747515218, -0.9116821411], [2.209365387, -2.159059518], [-7.059828867, 5.924671028],
    [-1.916935691, 1.996707344], [-3.877101873, 3.947666061], [11.38715899, -8.343210833],
    [1.194109867, -1.244316975], [3.73895491, -4.406522465], [-20.66884863, 3.020952989],
    [0.2189908481, -0.09942543549], [-0.927225562, 0.1555224669], [0.6994137909, -0.08111721003],
    [-0.7565493881, 0.4686588792], [4.266058082, -0.3717470262], [-3.920787807, 0.0229856987],
    [0.7039506341, -0.5498352719], [-6.675140817, 0.8279283559], [-2.234773608, -1.622656137],
])  # fmt: skip
DISK_SCALES = np.array([
    [5.187666221, 6.802472048, 39.13543412],
    [2.784722096, 6.979576616, 25.7171676],
    [4.495005873, 8.068408272, 93.47887103],
    [4.158030104, 9.313492566, 57.18240483],
])  # fmt: skip
SHEET_BOX = np.array([
    [-19091.95061, -3011.613928], [20582.16203, 4242.91843], [-2377.091102, -1504.820043],
    [19884.0465, 2725.150544], [-21389.04845, -3990.475093], [2401.610097, 1548.171792],
    [-946.5493963, 490.1528941], [986.9156625, -489.326593], [-67.99278499, 8.71117571],
    [-45.1573426, -10.761065], [210.7927312, 11.41764141], [-178.0262808, 0.7558830028],
    [339.3806753, 9.904695974], [69.50583193, -118.0271581], [22.85935896, 45.91014857],
    [-425.6607164, 15.47250738], [118.2988915, 65.58594397], [-201.4478068, -14.5706294],
])  # fmt: skip
SHEET_SCALES = np.array([
    [19.6987797, 20.3009568, 86.4540742],
    [22.50403727, 23.41617329, 48.48140573],
    [24.61031329, 123.5395974, 223.5367692],
    [39.50824342, 65.83385762, 266.2948657],
])  # fmt: skip
REGION_1_BOX = np.array([
    [1.174198045, -1.463820502], [4.840161537, -3.674506864], [82.18368896, -94.94071588],
    [-4122.331796, 4670.278676], [-21.54975037, 26.72661293], [-72.81365728, 44.09887902],
    [40.08073706, -51.2356351], [1955.348537, -1940.97155], [794.0496433, -982.2441344],
    [1889.837171, -558.9779727], [-1260.543238, 1260.063802], [-293.5942373, 344.7250789],
    [-773.7002492, 957.0094135], [-1824.143669, 520.7994379], [1192.484774, -1192.184565],
    [89.15537624, -98.52042999], [-0.08168777675, 0.04255969908], [0.3155237661, -0.3841755213],
    [2.494553332, -0.06571440817], [-2.76566131, 0.4331001908], [0.1099181537, -0.0615412698],
    [-0.325864926, 0.6698439193], [-5.542735524, 0.1604203535], [5.854456934, -0.8323632049],
    [3.732608869, -3.130002153], [107.0972607, -32.28483411], [-115.2389298, 54.4506436],
    [-0.582685332, -3.582482231], [-4.046544561, 3.311978102], [-104.0839563, 30.26401293],
    [97.29109008, -50.62370872], [-296.3734955, 127.7872523],
])  # fmt: skip
REGION_1_SCALES = np.array([
    [5.303648988, 10.40368955, 69.65230348, 466.5099509],
    [1.645049286, 3.82583819, 11.66675599, 558.9781177],
    [1.826531343, 2.066018073, 25.40971369, 990.2795225],
    [2.319489258, 4.555148484, 9.691185703, 591.8280358],
])  # fmt: skip
REGION_2_BOX = np.array([
    [-111.6371348, 124.5402702], [110.3735178, -122.0095905], [111.9448247, -129.1957743],
    [-110.7586562, 126.5649012], [-0.7865034384, -0.2483462721], [0.8026023894, 0.2531397188],
    [10.72890902, 0.8483902118], [-10.96884315, -0.8583297219],
])  # fmt: skip
REGION_2_SCALES = np.array([
    [13.85650567, 14.905545],
    [10.21914434, 10.09021632],
    [6.34038246, 14.40432686],
    [12.71023437, 12.83966657],
])  # fmt: skip
# Penetrated field: odd kind only, no tilt; p and r.
PENETRATION_BOX = np.array([
    -8.411078731, 5932254.951, -9073284.93, -11.68794634, 6027598.824, -9218378.368, -6.508798398, -11824.42793,
    18015.66212,
])  # fmt: skip
PENETRATION_SCALES = np.array([
    [7.99754043, 13.9669886, 90.24475036], [16.75728834, 1015.645781, 1553.493216],
])  # fmt: skip

BOX_SHAPE = ((RING_SCALES, 3), (DISK_SCALES, 3), (SHEET_SCALES, 3), (REGION_1_SCALES, 4), (REGION_2_SCALES, 2))


def _waves() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the wave numbers along y and z, the rates along x, and where each group of harmonics finds its own.

    Rows of the groups: first wave number, how many of them, first rate, whether even in z. The group of the penetrated
    field comes last.
    """
    groups, along_y, along_z, along_x = [], [], [], []
    scales = [s[2 * kind : 2 * kind + 2] for s, _ in BOX_SHAPE for kind in (0, 1)] + [PENETRATION_SCALES]
    for index, (lengths_y, lengths_z) in enumerate(scales):
        even = index % 2 if index < len(scales) - 1 else 0
        groups.append((len(along_y), len(lengths_y), len(along_x), even))
        along_y.extend(1.0 / lengths_y)
        along_z.extend(1.0 / lengths_z)
        along_x.extend(np.sqrt(1.0 / lengths_y[:, None] ** 2 + 1.0 / lengths_z[None, :] ** 2).ravel())
    return np.array(along_y), np.array(along_z), np.array(along_x), np.array(groups)


WAVES_Y, WAVES_Z, RATES_X, BOXES = _waves()
HARMONICS = RATES_X.size
WAVES = WAVES_Y.size


# --- region 1 --------------------------------------------------------------------------------------------------------

DEGREE, SIXTH = 0.01745329, 0.1666666667  # as many digits as the release has
OVAL_NOON, OVAL_MIDNIGHT = 12.0 * DEGREE, 20.0 * DEGREE  # colatitude of the region 1 oval
OVAL_HALF_WIDTH = 0.034906  # rad

# Poleward of the sheet: pairs of dipoles at +-y. Columns: x, y (unscaled, R_E), moment along z, along x over sin tilt.
OUTER_DIPOLES = np.array([
    [-11.0, 2.0, -0.000911582, 0.00561238], [-7.0, 0.0, -0.00376654, 0.00160938],
    [-7.0, 4.0, -0.00727423, -0.00451229], [-3.0, 2.0, -0.00270084, -0.0025181],
    [-3.0, 6.0, -0.00123899, -0.00151599], [1.0, 0.0, -0.00154387, -0.00133665],
    [1.0, 4.0, -0.0034004, -0.000962089], [1.0, 8.0, -0.0191858, -0.0272085],
    [5.0, 2.0, -0.0518979, -0.0524319], [5.0, 6.0, 0.0635061, 0.0717024],
    [9.0, 0.0, 0.44068, 0.523439], [9.0, 4.0, -0.39657, -0.405015],
])  # fmt: skip
OUTER_STRETCH = (1.12541, 0.945719)
CROSSED_LOOPS = (-89.5587, 2.28397, 1.86106, 1.00891)  # amplitude, centre, radius, inclination
NIGHT_LOOP = (23.2806, -5.60831, 7.83281)  # amplitude, centre, radius

# Equatorward of it: conical harmonics of order 1 to 5 about a shifted axis, and dipoles at (x, +-y, +-z).
CONE_AMPLITUDES = np.array([6.04133, 0.305415, 0.606066e-02, 0.128379e-03, -0.179406e-04])
CONE_SHIFT = -0.16
# Columns: place; moment along x, y, z (odd, odd, even in z); the same over sin tilt (with the other parity in z).
INNER_DIPOLES = np.array([
    [-4.0, 1.2, 20.0, 1.41714, -27.2586, -4.28833, 3.35184, -54.2921, -0.838712],
    [-2.8, 2.4, 20.0, -1.30675, 35.5607, 8.95792, -10.5123, 70.7594, -4.94104],
    [-0.32, 0.24, 4.0, 0.000961617, -0.000801477, -0.000782795, 0.000106166, 0.000465791, -0.000193719],
    [-1.6, 3.6, 20.0, -1.65242, -16.5242, -5.33798, 10.8439, -29.7968, 8.08068],
    [0.0, 0.48, 4.0, 0.000424878, 0.000331787, -0.000704305, 0.000463507, -2.24475e-05, 0.000177035],
    [0.32, 0.24, 4.0, 0.000844342, 9.53682e-05, 0.000886271, -0.000317581, -0.000264487, 0.000102075],
    [1.6, 3.6, 20.0, 25.112, 20.9299, 5.14569, 7.7139, 10.1915, -4.99797],
    [2.8, 2.4, 20.0, -44.167, -51.0672, -1.87725, -23.1114, -29.2043, 12.2928],
    [4.0, 1.2, 20.0, 20.2998, 48.7505, -2.97415, 10.9542, 33.6671, -9.3851],
    [0.0, 0.0, 2.0, 0.000174615, 0.0, -7.89777e-07, -1.93145e-06, 0.0, 4.93963e-06],
    [0.0, 0.0, 3.0, 0.000686047, 0.0, 4.60104e-05, -5.35748e-05, 0.0, 1.91833e-05],
    [0.0, 0.0, 4.5, -0.00345216, 0.0, 0.00221871, -0.000100496, 0.0, -0.000210103],
    [0.0, 0.0, 7.0, 0.0110078, 0.0, -0.00661373, -0.00232195, 0.0, 0.00315335],
    [0.0, 0.0, 10.0, 0.00249201, 0.0, 0.0343978, -0.013432, 0.0, -0.0263222],
])  # fmt: skip

DIPOLE_MOMENT = 30574.0  # nT R_E^3

# --- region 2 --------------------------------------------------------------------------------------------------------

REGION_2_UNIT = -0.02  # makes B_z = -1 nT at x = -5.3, y = z = 0
SHEET_PLACE, SHEET_PASSAGE = 0.03, 0.015  # of the stretched coordinate: place of the sheet's faces, width of passage
STRETCH_RADIUS, STRETCH_WIDTH = 1.21563, 7.50937
STRETCH_X = (0.305662, -0.383593, 0.2677733, -0.097656, -0.636034)
STRETCH_Y = (-0.359862, 0.424706)
STRETCH_Z = (-0.126366, 0.292578)
REGION_2_NOON, REGION_2_SPREAD = 0.3665191, 0.09599309  # colatitude at noon (69 deg) and its growth to midnight

# Outside: three crossed pairs of loops (amplitude, centre, radius, inclination), a loop by night, four tilted loops.
OUTER_CROSSED = np.array([[-34.105, 0.55, 0.694, 0.0031], [-2.00019, 1.55, 2.8, 0.1375], [628.639, -0.7, 0.2, 0.9625]])
OUTER_LOOP = (73.4847, -2.994, 2.925)
# Amplitude, centre (x, y, z), radius, inclination and azimuth of the normal of the first of four loops.
OUTER_FOUR = (12.5162, -1.775, 4.3, -0.275, 2.7, 0.4312, 1.55)
# Inside: conical harmonics, four loops, two distributions of dipoles along the axis (amplitude, centre).
INNER_CONE = np.array([154.185, -2.12446, 0.0601735, -0.00153954, 0.355077e-04])
INNER_FOUR = (99.9132, -8.1902, 6.5239, 5.504, 7.7815, 0.8573, 3.0986)
STEP_DIPOLES = (29.9996, 0.0774)
LINEAR_DIPOLES = (262.886, -0.038)

# In the sheet: sharpness in latitude (5) and scales across the sheet (3) for x, y, z; amplitudes by component, latitude
# function, order in longitude (0 to 3 for x and z, 1 to 4 for y), function across the sheet.
SHEET_SHARPNESS = np.array([
    [-19.0969, -9.28828, -0.129687, 5.58594, 22.5055], [-13.675, -6.70625, 2.31875, 11.4062, 20.4562],
    [-16.7125, -16.4625, -0.1625, 5.1, 23.7125],
])  # fmt: skip
SHEET_ACROSS = np.array([
    [0.048375, 0.0396953, 0.0579023], [0.047875, 0.036375, 0.05675], [0.0355625, 0.031875, 0.053875],
])  # fmt: skip
SHEET_TABLE = np.array([
    [
        [
            [8.0719, -7.39582, -7.62341, 0.684671], [-13.5672, 11.6681, 13.1154, -0.890217],
            [7.78726, -5.38346, -8.08738, 0.609385], [-2.7041, 3.53741, 3.15549, -1.11069],
        ],
        [
            [-8.47555, 0.278122, 2.73514, 4.55625], [13.1134, 1.15848, -3.52648, -8.24698],
            [-6.8571, -2.81369, 2.03795, 4.64383], [2.49309, -1.22041, -1.67432, -0.422526],
        ],
        [
            [-5.39796, 7.10326, 5.5373, -13.1918], [4.67853, -7.60329, -2.53066, 7.76338],
            [5.60165, 5.34816, -4.56441, 7.05976], [-2.62723, -0.529078, 1.42019, -2.93919],
        ],
        [
            [55.6338, -1.55181, 39.8311, -80.6561], [-46.9655, 32.8925, -6.32296, 19.7841],
            [124.731, 10.4347, -30.7581, 102.68], [-47.4037, -3.31278, 9.37141, -50.0268],
        ],
        [
            [-533.319, 110.426, 1000.2, -1051.4], [1619.48, 589.855, -1462.73, 1087.1],
            [-1994.73, -1654.12, 1263.33, -260.21], [1424.84, 1255.71, -956.733, 219.946],
        ],
    ],
    [
        [
            [-9.08427, 10.6777, 10.3288, -0.969987], [6.45257, -8.42508, -7.97464, 1.41996],
            [-1.9249, 3.93575, 2.83283, -1.48621], [0.244033, -0.757941, -0.386557, 0.344566],
        ],
        [
            [9.56674, -2.5365, -3.32916, -5.86712], [-6.19625, 1.83879, 2.52772, 4.34417],
            [1.87268, -2.13213, -1.69134, -0.176379], [-0.261359, 0.566419, 0.3138, -0.134699],
        ],
        [
            [-3.83086, -8.4154, 4.77005, -9.31479], [37.5715, 19.3992, -17.9582, 36.4604],
            [-14.9993, -3.1442, 6.17409, -15.5519], [2.28621, -0.00891549, -0.462912, 2.47314],
        ],
        [
            [41.7555, 208.614, -45.7861, -77.8687], [239.357, -67.9226, 66.8743, 238.534],
            [-112.136, 16.2069, -40.4706, -134.328], [21.56, -0.201725, 2.21, 32.5855],
        ],
        [
            [-108.217, -1005.98, 585.753, 323.668], [-817.056, 235.75, -560.965, -576.892],
            [684.193, 85.0275, 168.394, 477.776], [-289.253, -123.216, 75.6501, -178.605],
        ],
    ],
    [
        [
            [1167.61, -917.782, -1253.2, -274.128], [-1538.75, 1257.62, 1745.07, 113.479],
            [393.326, -426.858, -641.1, 190.833], [-29.9435, -1.04881, 117.125, -25.7663],
        ],
        [
            [-1168.16, 910.247, 1239.31, 289.515], [1540.56, -1248.29, -1727.61, -131.785],
            [-394.577, 426.163, 637.422, -187.965], [30.0348, 0.221898, -116.68, 26.0291],
        ],
        [
            [12.6804, 4.84091, 1.18166, -2.75946], [-17.9822, -6.80357, -1.47134, 3.02266],
            [4.79648, 0.665255, -0.256229, -0.0857282], [-0.588997, 0.0634812, 0.164303, -0.15285],
        ],
        [
            [22.2524, -22.4376, -3.85595, 6.07625], [-105.959, -41.6698, 0.378615, 1.55958],
            [44.3981, 18.8521, 3.19466, 5.89142], [-8.63227, -2.36418, -1.027, -2.31515],
        ],
        [
            [1035.38, 2040.66, -131.881, -744.533], [-3274.93, -4845.61, 482.438, 1567.43],
            [1354.02, 2040.47, -151.653, -845.012], [-111.723, -265.343, -26.1171, 216.632],
        ],
    ],
])  # fmt: skip
SHEET_PEAK = 3.493856  # makes the largest value of the third function across the sheet one

# --- the record of a state -------------------------------------------------------------------------------------------

SINE, COSINE, SCALE, DIPOLE, RING, DISK, SHEET, REGION1, REGION2, IMF = range(10)
CLOCK_COSINE, CLOCK_SINE, IMF_Y, IMF_Z, AXIS, CENTRE, HINGE, SHIFT = range(10, 18)
LOOPS = 18  # sine and cosine of the tilt of the two loop systems
OUTER = 22  # dipoles (place, moment) poleward of region 1
OUTER_COUNT = int(np.sum(np.where(OUTER_DIPOLES[:, 1] == 0.0, 1, 2)))
INNER = OUTER + 6 * OUTER_COUNT
INNER_COUNT = int(np.sum(np.where(INNER_DIPOLES[:, 1] == 0.0, 2, 4)))
AMPLITUDES = INNER + 6 * INNER_COUNT
RECORD = AMPLITUDES + HARMONICS


@njit(cache=True, nogil=True, error_model="numpy")
def hinge_sine(r, sine):  # type: ignore[no-untyped-def]
    """Sine of the angle by which the sheet at a distance has followed the dipole's tilt."""
    out = math.sqrt((r + HINGING_DISTANCE) ** 2 + HINGING_WIDTH**2)
    back = math.sqrt((r - HINGING_DISTANCE) ** 2 + HINGING_WIDTH**2)
    return sine / r * (out - back) / (HINGE_OUT - HINGE_IN)


@njit(cache=True, nogil=True, error_model="numpy")
def box_amplitudes(record, at, box, factor):  # type: ignore[no-untyped-def]
    """Write the amplitudes of one box, odd kind and even kind, for the tilt of the record; return where they end."""
    sine, cosine = record[SINE], record[COSINE]
    triple = 4.0 * cosine * cosine - 1.0  # sin 3 tilt / sin tilt
    half = box.shape[0] // 2
    for i in range(half):
        record[at + i] = factor * (box[i, 0] + box[i, 1] * cosine)
        record[at + half + i] = factor * sine * (box[half + i, 0] + box[half + i, 1] * triple)
    return at + 2 * half


@njit(cache=True, nogil=True, error_model="numpy")
def place_dipole(record, at, x, y, z, m_x, m_y, m_z):  # type: ignore[no-untyped-def]
    """Write a dipole; return where the next one goes."""
    record[at], record[at + 1], record[at + 2] = x, y, z
    record[at + 3], record[at + 4], record[at + 5] = DIPOLE_MOMENT * m_x, DIPOLE_MOMENT * m_y, DIPOLE_MOMENT * m_z
    return at + 6


@njit(float64[::1](float64, float64, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def prepare_t96(tilt, p_dyn, dst, b_y, b_z):  # type: ignore[no-untyped-def]
    """Record of a state: dipole tilt (rad), dynamic pressure (nPa), Dst (nT), interplanetary field (nT, GSM)."""
    record = np.empty(RECORD)
    if not p_dyn > 0.0 or math.isnan(tilt + dst + b_y + b_z):
        record[:] = math.nan
        return record
    sine, cosine = np.sin(tilt), np.cos(tilt)
    record[SINE], record[COSINE] = sine, cosine
    pressure = np.sqrt(p_dyn)
    transverse = np.sqrt(b_y * b_y + b_z * b_z)
    clock = np.arctan2(b_y, b_z)
    if clock < 0.0:
        clock += 2.0 * math.pi
    merging = MERGING_FACTOR * pressure * transverse * np.sin(0.5 * clock) / MERGING_REFERENCE - 1.0
    compression = np.sqrt(p_dyn / REFERENCE_PRESSURE) - 1.0
    depression = 0.8 * dst - 13.0 * pressure
    scale = (p_dyn / REFERENCE_PRESSURE) ** PRESSURE_EXPONENT
    record[SCALE], record[DIPOLE] = scale, scale**3
    record[RING] = -RING_PER_DEPRESSION * depression
    record[DISK] = TAIL_DISK[0] + TAIL_DISK[1] * compression + TAIL_DISK[2] * merging
    record[SHEET] = TAIL_SHEET[0] + TAIL_SHEET[1] * compression
    record[REGION1] = REGION_1[0] + REGION_1[1] * merging
    record[REGION2] = REGION_2_RATIO * record[REGION1]
    record[IMF] = PENETRATION * transverse
    record[CLOCK_COSINE], record[CLOCK_SINE] = np.cos(clock), np.sin(clock)
    record[IMF_Y], record[IMF_Z] = PENETRATION * b_y, PENETRATION * b_z
    record[AXIS], record[CENTRE] = SEMI_AXIS / scale, NOSE_CENTRE / scale
    record[HINGE] = sine / (HINGE_OUT - HINGE_IN)
    record[SHIFT] = 0.5 * (HINGE_OUT + HINGE_IN) * sine

    record[LOOPS] = hinge_sine(CROSSED_LOOPS[1] + CROSSED_LOOPS[2], sine)
    record[LOOPS + 1] = np.sqrt(1.0 - record[LOOPS] ** 2)
    record[LOOPS + 2] = hinge_sine(NIGHT_LOOP[2] - NIGHT_LOOP[1], sine)
    record[LOOPS + 3] = np.sqrt(1.0 - record[LOOPS + 2] ** 2)
    at = OUTER
    for i in range(OUTER_DIPOLES.shape[0]):
        x, y = OUTER_DIPOLES[i, 0] * OUTER_STRETCH[0], OUTER_DIPOLES[i, 1] * OUTER_STRETCH[1]
        turn = hinge_sine(math.sqrt(x * x + y * y), sine)
        m_x, m_z = OUTER_DIPOLES[i, 3] * sine, OUTER_DIPOLES[i, 2]
        at = place_dipole(record, at, x * np.sqrt(1.0 - turn * turn), y, -x * turn, m_x, 0.0, m_z)
        if y != 0.0:
            at = place_dipole(record, at, x * np.sqrt(1.0 - turn * turn), -y, -x * turn, m_x, 0.0, m_z)
    for i in range(INNER_DIPOLES.shape[0]):
        x, y, z = INNER_DIPOLES[i, 0], INNER_DIPOLES[i, 1], INNER_DIPOLES[i, 2]
        for north in (1.0, -1.0):
            m_x = north * INNER_DIPOLES[i, 3] + sine * INNER_DIPOLES[i, 6]
            m_y = north * INNER_DIPOLES[i, 4] + sine * INNER_DIPOLES[i, 7]
            m_z = INNER_DIPOLES[i, 5] + north * sine * INNER_DIPOLES[i, 8]
            at = place_dipole(record, at, x, y, north * z, m_x, m_y, m_z)
            if y != 0.0:
                at = place_dipole(record, at, x, -y, north * z, m_x, -m_y, m_z)
    at = box_amplitudes(record, at, RING_BOX, record[RING])
    at = box_amplitudes(record, at, DISK_BOX, record[DISK])
    at = box_amplitudes(record, at, SHEET_BOX, record[SHEET])
    at = box_amplitudes(record, at, REGION_1_BOX, record[REGION1])
    at = box_amplitudes(record, at, REGION_2_BOX, record[REGION2])
    for i in range(PENETRATION_BOX.size):
        record[at + i] = record[IMF] * PENETRATION_BOX[i]
    return record


# --- elementary sources ----------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, error_model="numpy")
def circle(x, y, z, radius):  # type: ignore[no-untyped-def]
    """Field of a circular current loop about z.

    Elliptic integrals by the polynomials of Abramowitz and Stegun (17.3.34 and 17.3.36), which belong to the model.
    """
    rho2 = x * x + y * y
    rho = math.sqrt(rho2)
    far2 = z * z + (rho + radius) ** 2
    far = math.sqrt(far2)
    near2 = far2 - 4.0 * rho * radius
    mean2 = 0.5 * (near2 + far2)
    m = near2 / far2  # complementary parameter
    logarithm = -math.log(m)
    k = (
        1.38629436112
        + m * (0.09666344259 + m * (0.03590092383 + m * (0.03742563713 + m * 0.01451196212)))
        + logarithm * (0.5 + m * (0.12498593597 + m * (0.06880248576 + m * (0.03328355346 + m * 0.00441787012))))
    )
    e = (
        1.0
        + m * (0.44325141463 + m * (0.0626060122 + m * (0.04757383546 + m * 0.01736506451)))
        + logarithm * m * (0.2499836831 + m * (0.09200180037 + m * (0.04069697526 + m * 0.00526449639)))
    )
    e /= near2
    if rho > 1e-6:
        across = z / (rho2 * far) * (mean2 * e - k)
    else:
        across = math.pi * radius / far * (radius - rho) / near2 * z / (mean2 - rho2)
    return across * x, across * y, (k - e * (mean2 - 2.0 * radius * radius)) / far


@njit(cache=True, nogil=True, error_model="numpy")
def crossed_loops(x, y, z, centre, radius, inclination):  # type: ignore[no-untyped-def]
    """Two loops with a common diameter along x, inclined by plus and minus an angle to the equator."""
    cosine, sine = math.cos(inclination), math.sin(inclination)
    x = x - centre
    u_x, u_y, u_z = circle(x, y * cosine - z * sine, y * sine + z * cosine, radius)
    v_x, v_y, v_z = circle(x, y * cosine + z * sine, z * cosine - y * sine, radius)
    return u_x + v_x, (u_y + v_y) * cosine + (u_z - v_z) * sine, (u_z + v_z) * cosine - (u_y - v_y) * sine


@njit(cache=True, nogil=True, error_model="numpy")
def four_loops(x, y, z, system):  # type: ignore[no-untyped-def]
    """Four loops, one in each quadrant of y and z: each is a mirror image of the first."""
    _, centre_x, centre_y, centre_z, radius, theta, phi = system
    ct, st, cp, sp = math.cos(theta), math.sin(theta), math.cos(phi), math.sin(phi)
    b_x, b_y, b_z = 0.0, 0.0, 0.0
    for east in (1.0, -1.0):
        for north in (1.0, -1.0):
            u, v, w = x - centre_x, east * y - centre_y, north * z - centre_z
            along = u * cp + v * sp
            l_x, l_y, l_z = circle(along * ct - w * st, v * cp - u * sp, w * ct + along * st, radius)
            along = l_x * ct + l_z * st
            b_x += north * (along * cp - l_y * sp)
            b_y += north * east * (along * sp + l_y * cp)
            b_z += l_z * ct - l_x * st
    return b_x, b_y, b_z


@njit(cache=True, nogil=True, error_model="numpy")
def dipoles(record, start, count, x, y, z):  # type: ignore[no-untyped-def]
    """Sum over the dipoles of a part of the record."""
    b_x, b_y, b_z = 0.0, 0.0, 0.0
    for i in range(start, start + 6 * count, 6):
        u, v, w = x - record[i], y - record[i + 1], z - record[i + 2]
        m_x, m_y, m_z = record[i + 3], record[i + 4], record[i + 5]
        r2 = u * u + v * v + w * w
        inverse = 1.0 / (r2 * r2 * math.sqrt(r2))
        along = 3.0 * inverse * (m_x * u + m_y * v + m_z * w)
        r2 *= inverse
        b_x += along * u - r2 * m_x
        b_y += along * v - r2 * m_y
        b_z += along * w - r2 * m_z
    return b_x, b_y, b_z


@njit(cache=True, nogil=True, error_model="numpy")
def cones(x, y, z, amplitudes):  # type: ignore[no-untyped-def]
    """Sum of conical harmonics (potential (tan^m(theta/2) + cot^m(theta/2)) sin m phi ... of order 1 upward)."""
    rho2 = x * x + y * y
    rho = math.sqrt(rho2)
    r2 = rho2 + z * z
    r = math.sqrt(r2)
    cos1, sin1 = x / rho, y / rho
    c, s = z / r, rho / r
    half_cos2, half_sin2 = 0.5 * (1.0 + c), 0.5 * (1.0 - c)
    tangent = math.sqrt(half_sin2 / half_cos2)
    cotangent = 1.0 / tangent
    cos_m, sin_m = 1.0, 0.0
    low_t, low_c = 1.0 / half_cos2, 1.0 / half_sin2
    high_t, high_c = 1.0, 1.0
    along, around = 0.0, 0.0
    for m in range(amplitudes.size):
        cos_m, sin_m = cos_m * cos1 - sin_m * sin1, cos_m * sin1 + sin_m * cos1
        high_t *= tangent
        high_c *= cotangent
        weight = amplitudes[m] * (m + 1)
        along += weight * cos_m * (high_t + high_c)
        around -= weight * sin_m * (low_t - low_c)
        low_t *= tangent
        low_c *= cotangent
    along /= r * s
    around *= 0.5 / r
    return along * c * cos1 - around * sin1, along * c * sin1 + around * cos1, -along * s


@njit(cache=True, nogil=True, error_model="numpy")
def bessel(x):  # type: ignore[no-untyped-def]
    """Bessel functions J0(x) and J1(x) / x for x >= 0."""
    if x < BESSEL_SPLIT:
        t = 2.0 * (x / BESSEL_SPLIT) ** 2 - 1.0
        j0, j1 = 0.0, 0.0
        for i in range(BESSEL_NEAR.shape[0] - 1, -1, -1):
            j0 = j0 * t + BESSEL_NEAR[i, 0]
            j1 = j1 * t + BESSEL_NEAR[i, 1]
        return j0, j1
    t = 2.0 * (BESSEL_SPLIT / x) ** 2 - 1.0
    p0, p1, q0, q1 = 0.0, 0.0, 0.0, 0.0
    for i in range(BESSEL_FAR_P.shape[0] - 1, -1, -1):
        p0 = p0 * t + BESSEL_FAR_P[i, 0]
        p1 = p1 * t + BESSEL_FAR_P[i, 1]
        q0 = q0 * t + BESSEL_FAR_Q[i, 0]
        q1 = q1 * t + BESSEL_FAR_Q[i, 1]
    sine, cosine = np.sin(x), np.cos(x)
    # cosine and sine of x - pi/4, without the square root of two
    rising, falling = cosine + sine, sine - cosine
    size = 1.0 / math.sqrt(math.pi * x)
    return size * (p0 * rising - q0 / x * falling), size * (p1 * falling + q1 / x * rising) / x


# --- the dipole's shield ---------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, error_model="numpy")
def dipole_shield(sine, cosine, x, y, z):  # type: ignore[no-untyped-def]
    """Chapman-Ferraro field of a dipole with a tilt, in a magnetopause of standard size."""
    rho = math.sqrt(y * y + z * z)
    if rho < 1e-8:
        rho, sin_phi, cos_phi = 1e-8, 1.0, 0.0
    else:
        sin_phi, cos_phi = z / rho, y / rho
    # dipole perpendicular to the wind: along, outward over sin phi, around over cos phi
    p_x, p_rho, p_phi = 0.0, 0.0, 0.0
    # parallel: along and outward
    q_x, q_rho = 0.0, 0.0
    for i in range(6):
        scale = PERPENDICULAR_SHIELD[i, 1]
        u, xi = rho / scale, x / scale
        j0, j1 = bessel(u)
        size = PERPENDICULAR_SHIELD[i, 0] * np.exp(xi)
        if i < 3:
            p_x -= size * u * j1
            p_rho += size * (j1 - j0)
            p_phi -= size * j1
        else:
            p_x += size * u * (j0 + xi * j1)
            p_rho += size * (xi * j0 - (u * u + xi - 1.0) * j1)
            p_phi += size * (j0 + (xi - 1.0) * j1)
        scale = PARALLEL_SHIELD[i, 1]
        u, xi = rho / scale, x / scale
        j0, j1 = bessel(u)
        size = PARALLEL_SHIELD[i, 0] * np.exp(xi)
        if i < 3:
            q_x -= size * j0
            q_rho += size * u * j1
        else:
            q_x += size * (u * u * j1 - (xi + 1.0) * j0)
            q_rho += size * u * (j0 + xi * j1)
    p_x, p_rho, p_phi = p_x * cosine * sin_phi, p_rho * cosine * sin_phi + q_rho * sine, p_phi * cosine * cos_phi
    return p_x + q_x * sine, p_rho * cos_phi - p_phi * sin_phi, p_rho * sin_phi + p_phi * cos_phi


# --- ring current and tail -------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, error_model="numpy")
def disk_modes(modes, height, radius):  # type: ignore[no-untyped-def]
    """Sum over modes of A / rho of a current disk, with its derivatives by height and radius."""
    total, by_height, by_radius = 0.0, 0.0, 0.0
    for i in range(modes.shape[0]):
        b = modes[i, 1]
        up, out, inward = height + b, radius + b, radius - b
        s1 = math.sqrt(up * up + out * out)
        s2 = math.sqrt(up * up + inward * inward)
        inverse1, inverse2 = 1.0 / s1, 1.0 / s2
        together = s1 + s2
        square = together * together
        root = math.sqrt(square - 4.0 * b * b)
        product = inverse1 * inverse2
        value = root * product / square
        first = product / (together * root)
        second = value / square
        d1 = (first - second * inverse1 * (s2 * s2 + s1 * (3.0 * s1 + 4.0 * s2))) * inverse1
        d2 = (first - second * inverse2 * (s1 * s1 + s2 * (3.0 * s2 + 4.0 * s1))) * inverse2
        total += modes[i, 0] * value
        by_height += modes[i, 0] * up * (d1 + d2)
        by_radius += modes[i, 0] * (d1 * out + d2 * inward)
    return total, by_height, by_radius


@njit(cache=True, nogil=True, error_model="numpy")
def half_sheet(x, z):  # type: ignore[no-untyped-def]
    """One current sheet of the 1987 tail, at z = 0, from its inner edge to infinity."""
    from_edge, from_1, from_2 = SHEET_EDGE - x, x - SHEET_POLES[0], x - SHEET_POLES[1]
    b2 = z * z + SHEET_WIDTH * SHEET_WIDTH
    b = math.sqrt(b2)
    a1 = 1.0 / (from_1 * from_1 + b2)
    a2 = 1.0 / (from_2 * from_2 + b2)
    f = b2 - from_2 * from_2
    log1 = np.log(EDGE_SQUARE / (from_edge * from_edge + b2))
    log2 = log1 + EDGE_LOGARITHM
    s0 = (np.arctan(from_edge / b) + SHEET_HALF_TURN) / b
    s1 = (0.5 * log1 + from_1 * s0) * a1
    s2 = (from_2 * a2 * log2 - EDGE_INVERSE - f * a2 * s0) * a2
    g1 = (b2 * s0 - 0.5 * from_1 * log1) * a1
    g2 = ((0.5 * f * log2 + 2.0 * s0 * b2 * from_2) * a2 + from_2 * EDGE_INVERSE) * a2
    b0, b1, b2_ = SHEET_AMPLITUDES
    return z * (b0 * s0 + b1 * s1 + b2_ * s2), -0.5 * b0 * log1 + b1 * g1 + b2_ * g2


@njit(cache=True, nogil=True, error_model="numpy")
def ring_and_tail(record, x, y, z):  # type: ignore[no-untyped-def]
    """Ring current, tail disk and tail sheets, without their shielding, times their amplitudes."""
    sine = record[SINE]
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    out = math.sqrt((r + HINGING_DISTANCE) ** 2 + HINGING_WIDTH**2)
    back = math.sqrt((r - HINGING_DISTANCE) ** 2 + HINGING_WIDTH**2)
    lag = out - back
    lag_slope = (r + HINGING_DISTANCE) / out - (r - HINGING_DISTANCE) / back
    # the sheet follows the dipole near the Earth and the wind far away: turn by an angle that depends on r
    turn_sin = record[HINGE] / r * lag
    turn_cos = math.sqrt(1.0 - turn_sin * turn_sin)
    turn_slope = record[HINGE] / (r2 * r) * (lag_slope * r - lag) / turn_cos  # d(angle)/dr / r
    xs = x * turn_cos - z * turn_sin
    zs = z * turn_cos + x * turn_sin
    # derivatives of the turned coordinates
    xs_x, xs_y, xs_z = turn_cos - x * zs * turn_slope, -y * zs * turn_slope, -turn_sin - z * zs * turn_slope
    zs_x, zs_y, zs_z = turn_sin + x * xs * turn_slope, xs * y * turn_slope, turn_cos + xs * z * turn_slope

    # ring current: no bending across the tail
    height = math.sqrt(zs * zs + RING_HALF_THICKNESS * RING_HALF_THICKNESS)
    b_x, b_y, b_z = bent_disk(
        RING_MODES, height, zs / height * zs_x, zs / height * zs_y, zs / height * zs_z, 0.0,
        x, y, z, xs, zs, xs_x, xs_y, xs_z, turn_sin, turn_cos, turn_slope,
    )  # fmt: skip
    ring = record[RING]
    b_x, b_y, b_z = ring * b_x, ring * b_y, ring * b_z

    # tail disk: bent across the tail as well, and thicker at the flanks
    y4 = y * y * y * y
    bend = y / (y4 + WARPING_SCALE)
    warp = WARPING * sine * bend * y * y * y
    warp_slope = WARPING * sine * 4.0 * WARPING_SCALE * y * bend * bend
    warped = zs + warp
    half = SHEET_HALF_THICKNESS + FLANK_THICKENING * (y / FLANK_SCALE) ** 2
    half_slope = 2.0 * FLANK_THICKENING / FLANK_SCALE**2 * y
    height = math.sqrt(warped * warped + half * half)
    d_x, d_y, d_z = bent_disk(
        DISK_MODES, height, warped / height * zs_x, (warped * (zs_y + warp_slope) + half * half_slope) / height,
        warped / height * zs_z, DISK_SHIFT, x, y, z, xs, zs, xs_x, xs_y, xs_z, turn_sin, turn_cos, turn_slope,
    )  # fmt: skip
    disk = record[DISK]
    b_x, b_y, b_z = b_x + disk * d_x, b_y + disk * d_y, b_z + disk * d_z

    # far tail: a sheet and its two return sheets
    m_x, m_z = half_sheet(x, z - record[SHIFT] + warp)
    u_x, u_z = half_sheet(x, z - SHEET_RETURN)
    l_x, l_z = half_sheet(x, z + SHEET_RETURN)
    sheet = record[SHEET]
    return b_x + sheet * (m_x - 0.5 * (u_x + l_x)), b_y, b_z + sheet * (m_z - 0.5 * (u_z + l_z))


@njit(cache=True, nogil=True, error_model="numpy")
def bent_disk(
    modes, height, height_x, height_y, height_z, shift,
    x, y, z, xs, zs, xs_x, xs_y, xs_z, turn_sin, turn_cos, turn_slope,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Field of a current disk in turned coordinates: the curl of its vector potential, carried back."""
    from_centre = xs - shift
    radius = math.sqrt(from_centre * from_centre + y * y)
    total, by_height, by_radius = disk_modes(modes, height, radius)
    if radius < 1e-5:
        radius_x, radius_y, radius_z = 0.0, np.sign(y), 0.0
    else:
        radius_x = from_centre * xs_x / radius
        radius_y = (from_centre * xs_y + y) / radius
        radius_z = from_centre * xs_z / radius
    d_x = by_height * height_x + by_radius * radius_x
    d_y = by_height * height_y + by_radius * radius_y
    d_z = by_height * height_z + by_radius * radius_z
    swirl = total * turn_slope
    upward = 2.0 * total + y * d_y
    return (
        upward * turn_sin - from_centre * d_z + swirl * (y * y * turn_cos + z * zs),
        -y * (swirl * xs + d_z * turn_cos + d_x * turn_sin),
        upward * turn_cos + from_centre * d_x - swirl * (x * zs + y * y * turn_sin),
    )


# --- shielding by box harmonics --------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, error_model="numpy")
def boxes(record, x, y, z):  # type: ignore[no-untyped-def]
    """Shielding of ring current, tail and Birkeland currents, and the penetrated field."""
    cosine, sine = record[CLOCK_COSINE], record[CLOCK_SINE]
    turned_y, turned_z = y * cosine - z * sine, z * cosine + y * sine
    last = BOXES.shape[0] - 1
    penetrating = BOXES[last, 0]
    wave_sin, wave_cos = np.empty(2 * WAVES), np.empty(2 * WAVES)  # phases first
    for i in range(penetrating):
        wave_sin[i], wave_sin[WAVES + i] = y * WAVES_Y[i], z * WAVES_Z[i]
    for i in range(penetrating, WAVES):
        wave_sin[i], wave_sin[WAVES + i] = turned_y * WAVES_Y[i], turned_z * WAVES_Z[i]
    sines_and_cosines(wave_sin, wave_cos)
    size = x * RATES_X
    exponentials(size)
    for i in range(HARMONICS):
        size[i] *= record[AMPLITUDES + i]

    b_x, b_y, b_z = 0.0, 0.0, 0.0
    for group in range(last + 1):
        if group == last:
            shield_x, shield_y, shield_z = b_x, b_y, b_z
            b_x, b_y, b_z = 0.0, 0.0, 0.0
        first, count, at, even = BOXES[group]
        for i in range(first, first + count):
            along, across, up = 0.0, 0.0, 0.0
            for k in range(first, first + count):
                if even:
                    profile, slope = wave_cos[WAVES + k], -wave_sin[WAVES + k]
                else:
                    profile, slope = wave_sin[WAVES + k], wave_cos[WAVES + k]
                along += size[at] * RATES_X[at] * profile
                across += size[at] * profile
                up += size[at] * slope * WAVES_Z[k]
                at += 1
            b_x -= wave_cos[i] * along
            b_y += wave_sin[i] * WAVES_Y[i] * across
            b_z -= wave_cos[i] * up
    return shield_x + b_x, shield_y + b_y * cosine + b_z * sine, shield_z + b_z * cosine - b_y * sine


# --- region 1 --------------------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, error_model="numpy")
def poleward_of_region_1(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field on the poleward side of the region 1 sheet: dipoles inside it and loops."""
    b_x, b_y, b_z = dipoles(record, OUTER, OUTER_COUNT, x, y, z)
    amplitude, centre, radius, inclination = CROSSED_LOOPS
    sine, cosine = record[LOOPS], record[LOOPS + 1]
    l_x, l_y, l_z = crossed_loops(x * cosine - z * sine, y, x * sine + z * cosine, centre, radius, inclination)
    b_x += amplitude * (l_x * cosine + l_z * sine)
    b_y += amplitude * l_y
    b_z += amplitude * (l_z * cosine - l_x * sine)
    amplitude, centre, radius = NIGHT_LOOP
    sine, cosine = record[LOOPS + 2], record[LOOPS + 3]
    l_x, l_y, l_z = circle(x * cosine - z * sine - centre, y, x * sine + z * cosine, radius)
    b_x += amplitude * (l_x * cosine + l_z * sine)
    b_y += amplitude * l_y
    b_z += amplitude * (l_z * cosine - l_x * sine)
    return b_x, b_y, b_z


@njit(cache=True, nogil=True, error_model="numpy")
def equatorward_of_region_1(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field on the equatorward side of the region 1 sheet: conical harmonics and dipoles outside it."""
    sine, cosine = record[SINE], record[COSINE]
    x_sm, z_sm = x * cosine - z * sine, z * cosine + x * sine
    c_x, c_y, c_z = cones(x_sm - CONE_SHIFT, y, z_sm, CONE_AMPLITUDES)
    d_x, d_y, d_z = dipoles(record, INNER, INNER_COUNT, x_sm, y, z_sm)
    c_x += d_x
    c_z += d_z
    return c_x * cosine + c_z * sine, c_y + d_y, c_z * cosine - c_x * sine


@njit(cache=True, nogil=True, error_model="numpy")
def on_dipole_shell(colatitude, r, r3):  # type: ignore[no-untyped-def]
    """Sine of the colatitude at distance r of the shell that leaves the Earth at a colatitude."""
    return math.sqrt(r) / (r3 + np.sin(colatitude) ** -6.0 - 1.0) ** SIXTH


@njit(cache=True, nogil=True, error_model="numpy")
def region_1(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the region 1 Birkeland currents, without shielding, of unit amplitude.

    The sheet has a finite width in latitude, and across it the field goes linearly from one side to the other, along
    the arc at constant distance and longitude.
    """
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    r3 = r * r2
    turn_sin = hinge_sine(r, record[SINE])
    turn_cos = math.sqrt(1.0 - turn_sin * turn_sin)
    xs, zs = x * turn_cos - z * turn_sin, x * turn_sin + z * turn_cos
    rho = math.sqrt(xs * xs + y * y)
    if rho == 0.0:
        cos_phi, sin_phi = 1.0, 0.0
    else:
        cos_phi, sin_phi = xs / rho, y / rho
    # colatitude, from the nearer pole, at which the shell through this point leaves the Earth
    sine = rho / r
    foot = math.asin(min(sine / (sine**6 * (1.0 - r3) + r3) ** SIXTH, 1.0))
    oval = OVAL_NOON + (OVAL_MIDNIGHT - OVAL_NOON) * 0.5 * (1.0 - cos_phi)
    if foot < oval - OVAL_HALF_WIDTH:
        return poleward_of_region_1(record, x, y, z)
    if foot > oval + OVAL_HALF_WIDTH:
        return equatorward_of_region_1(record, x, y, z)
    north = -1.0 if zs < 0.0 else 1.0
    sine = on_dipole_shell(oval - OVAL_HALF_WIDTH, r, r3)
    u, p_y, w = r * sine * cos_phi, r * sine * sin_phi, north * r * math.sqrt(1.0 - sine * sine)
    p_x, p_z = u * turn_cos + w * turn_sin, w * turn_cos - u * turn_sin
    sine = on_dipole_shell(oval + OVAL_HALF_WIDTH, r, r3)
    u, e_y, w = r * sine * cos_phi, r * sine * sin_phi, north * r * math.sqrt(1.0 - sine * sine)
    e_x, e_z = u * turn_cos + w * turn_sin, w * turn_cos - u * turn_sin
    # The model measures chords from the northern end in both hemispheres: mirror images differ there by a thousandth.
    across = math.sqrt((e_x - p_x) ** 2 + (e_y - p_y) ** 2 + (e_z - p_z) ** 2)
    if north > 0.0:
        part = math.sqrt((x - p_x) ** 2 + (y - p_y) ** 2 + (z - p_z) ** 2) / across
    else:
        part = 1.0 - math.sqrt((x - e_x) ** 2 + (y - e_y) ** 2 + (z - e_z) ** 2) / across
    a_x, a_y, a_z = poleward_of_region_1(record, p_x, p_y, p_z)
    b_x, b_y, b_z = equatorward_of_region_1(record, e_x, e_y, e_z)
    return a_x + part * (b_x - a_x), a_y + part * (b_y - a_y), a_z + part * (b_z - a_z)


# --- region 2 --------------------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, error_model="numpy")
def sheet_coordinate(x, y, z):  # type: ignore[no-untyped-def]
    """Coordinate across the region 2 sheet, in stretched space: negative outside, positive inside."""
    r = math.sqrt(x * x + y * y + z * z)
    c_x, c_y, c_z = x / r, y / r, z / r
    beyond = 0.0 if r < STRETCH_RADIUS else math.sqrt((r - STRETCH_RADIUS) ** 2 + STRETCH_WIDTH**2) - STRETCH_WIDTH
    a = STRETCH_X
    f = x + beyond * (a[0] + a[1] * c_x + a[2] * c_x * c_x + a[3] * c_y * c_y + a[4] * c_z * c_z)
    g = y + beyond * (STRETCH_Y[0] * c_y + STRETCH_Y[1] * c_x * c_y)
    h = z + beyond * (STRETCH_Z[0] * c_z + STRETCH_Z[1] * c_x * c_z)
    across2 = f * f + g * g
    if across2 < 1e-5:
        return -1.0
    total = across2 + h * h
    colatitude = REGION_2_NOON + 0.5 * REGION_2_SPREAD * (1.0 - f / math.sqrt(across2))
    return across2 / (total * math.sqrt(total)) - np.sin(colatitude) ** 2


@njit(cache=True, nogil=True, error_model="numpy")
def smooth_step(u, width):  # type: ignore[no-untyped-def]
    """Step from 0 to 1 between -width and width, with two continuous derivatives at the ends."""
    cube = 2.0 * width**3
    if u < -width:
        return 0.0
    if u < 0.0:
        power = (u + width) ** 3
        return 1.5 * power / (cube + power)
    if u < width:
        power = (u - width) ** 3
        return 1.0 + 1.5 * power / (cube - power)
    return 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def outside_region_2(x, y, z):  # type: ignore[no-untyped-def]
    """Field outside of the region 2 sheet: eleven loops."""
    amplitude, centre, radius = OUTER_LOOP
    l_x, l_y, l_z = circle(x - centre, y, z, radius)
    b_x, b_y, b_z = amplitude * l_x, amplitude * l_y, amplitude * l_z
    for i in range(OUTER_CROSSED.shape[0]):
        amplitude = OUTER_CROSSED[i, 0]
        l_x, l_y, l_z = crossed_loops(x, y, z, OUTER_CROSSED[i, 1], OUTER_CROSSED[i, 2], OUTER_CROSSED[i, 3])
        b_x += amplitude * l_x
        b_y += amplitude * l_y
        b_z += amplitude * l_z
    amplitude = OUTER_FOUR[0]
    l_x, l_y, l_z = four_loops(x, y, z, OUTER_FOUR)
    return b_x + amplitude * l_x, b_y + amplitude * l_y, b_z + amplitude * l_z


@njit(cache=True, nogil=True, error_model="numpy")
def inside_region_2(x, y, z):  # type: ignore[no-untyped-def]
    """Field inside of the region 2 sheet: conical harmonics, four loops, dipoles spread along the axis."""
    b_x, b_y, b_z = cones(x, y, z, INNER_CONE)
    amplitude = INNER_FOUR[0]
    l_x, l_y, l_z = four_loops(x, y, z, INNER_FOUR)
    b_x += amplitude * l_x
    b_y += amplitude * l_y
    b_z += amplitude * l_z
    # dipoles along x on the axis, of opposite sign in the hemispheres
    amplitude, centre = STEP_DIPOLES
    u = x - centre
    rho2 = u * u + y * y
    r2 = rho2 + z * z
    r3 = r2 * math.sqrt(r2)
    b_x += amplitude * z / rho2**2 * (r2 * (y * y - u * u) - rho2 * u * u) / r3
    b_y -= amplitude * u * y * z / rho2**2 * (2.0 * r2 + rho2) / r3
    b_z += amplitude * u / r3
    # and of a moment that grows along the axis
    amplitude, centre = LINEAR_DIPOLES
    u = x - centre
    rho2 = u * u + y * y
    b_x += amplitude * z / rho2**2 * (y * y - u * u)
    b_y -= amplitude * 2.0 * u * y * z / rho2**2
    b_z += amplitude * u / rho2
    return b_x, b_y, b_z


@njit(cache=True, nogil=True, error_model="numpy")
def in_region_2(across, x, y, z):  # type: ignore[no-untyped-def]
    """Field in the region 2 sheet: products of functions of latitude, longitude and the coordinate across it."""
    rho2 = x * x + y * y
    r2 = rho2 + z * z
    rho = math.sqrt(rho2)
    cos1, sin1 = x / rho, y / rho
    c = z / math.sqrt(r2)
    b_x, b_y, b_z = 0.0, 0.0, 0.0
    for component in range(3):
        w1, w2, w3 = SHEET_ACROSS[component]
        t1 = across / math.sqrt(across * across + w1 * w1)
        t2 = (w2 / math.sqrt(across * across + w2 * w2)) ** 3
        root = across * across + w3 * w3
        t3 = SHEET_PEAK * across * w3**4 / (root * root * math.sqrt(root))
        total = 0.0
        for i in range(5):
            # order in longitude: cosines from 0 for x and z, sines from 1 for y
            if component == 1:
                wave, other = sin1, cos1
            else:
                wave, other = 1.0, 0.0
            part = 0.0
            for m in range(4):
                a = SHEET_TABLE[component, i, m]
                part += wave * (a[0] + a[1] * t1 + a[2] * t2 + a[3] * t3)
                if component == 1:
                    wave, other = wave * cos1 + other * sin1, other * cos1 - wave * sin1
                else:
                    wave, other = wave * cos1 - other * sin1, other * cos1 + wave * sin1
            sharpness = SHEET_SHARPNESS[component, i]
            if sharpness < 0.0:
                latitude = np.exp(sharpness * c * c)
                if component < 2:
                    latitude *= c * math.sqrt(-2.0 * sharpness * math.e)
            else:
                latitude = np.exp(sharpness * (c * c - 1.0))
                if component < 2:
                    latitude *= c
            total += latitude * part
        if component == 0:
            b_x = total
        elif component == 1:
            b_y = total
        else:
            b_z = total
    return b_x, b_y, b_z


@njit(cache=True, nogil=True, error_model="numpy")
def region_2(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the region 2 Birkeland currents and the partial ring current, without shielding, of unit amplitude."""
    sine, cosine = record[SINE], record[COSINE]
    u, w = x * cosine - z * sine, z * cosine + x * sine
    across = sheet_coordinate(u, y, w)
    leaving = smooth_step(across - SHEET_PLACE, SHEET_PASSAGE)  # 1 inside
    entering = smooth_step(across + SHEET_PLACE, SHEET_PASSAGE)  # 0 outside
    b_x, b_y, b_z = 0.0, 0.0, 0.0
    if entering < 1.0:
        p_x, p_y, p_z = outside_region_2(u, y, w)
        weight = 1.0 - entering
        b_x, b_y, b_z = b_x + weight * p_x, b_y + weight * p_y, b_z + weight * p_z
    if entering > 0.0 and leaving < 1.0:
        p_x, p_y, p_z = in_region_2(across, u, y, w)
        weight = entering - leaving
        b_x, b_y, b_z = b_x + weight * p_x, b_y + weight * p_y, b_z + weight * p_z
    if not leaving <= 0.0:
        p_x, p_y, p_z = inside_region_2(u, y, w)
        b_x, b_y, b_z = b_x + leaving * p_x, b_y + leaving * p_y, b_z + leaving * p_z
    b_x, b_y, b_z = REGION_2_UNIT * b_x, REGION_2_UNIT * b_y, REGION_2_UNIT * b_z
    return b_x * cosine + b_z * sine, b_y, b_z * cosine - b_x * sine


# --- all together ----------------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, error_model="numpy")
def boundary_sigma(axis, centre, x, y, z):  # type: ignore[no-untyped-def]
    """Parabolic coordinate that is constant on surfaces like the magnetopause: 1.08 on it, less inside."""
    square = axis * axis
    ahead = max(axis + x - centre, 0.0)  # a cylinder tailward of that place
    ahead *= ahead
    outward = square + y * y + z * z
    total = outward + ahead
    return math.sqrt((total + math.sqrt(total * total - 4.0 * square * ahead)) / (2.0 * square))


@njit(cache=True, nogil=True, error_model="numpy")
def dipole(sine, cosine, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the Earth's dipole."""
    r2 = x * x + y * y + z * z
    inverse = DIPOLE_MOMENT / (r2 * r2 * math.sqrt(r2))
    along = -3.0 * (z * cosine + x * sine)
    return (along * x + r2 * sine) * inverse, along * y * inverse, (along * z + r2 * cosine) * inverse


@njit(cache=True, nogil=True, error_model="numpy")
def inner_field(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field inside the magnetopause, of lengths scaled to the standard size."""
    s_x, s_y, s_z = dipole_shield(record[SINE], record[COSINE], x, y, z)
    t_x, t_y, t_z = ring_and_tail(record, x, y, z)
    h_x, h_y, h_z = boxes(record, x, y, z)
    p_x, p_y, p_z = region_1(record, x, y, z)
    q_x, q_y, q_z = region_2(record, x, y, z)
    shield, one, two = record[DIPOLE], record[REGION1], record[REGION2]
    return (
        shield * s_x + t_x + h_x + one * p_x + two * q_x,
        shield * s_y + t_y + h_y + one * p_y + two * q_y,
        shield * s_z + t_z + h_z + one * p_z + two * q_z,
    )


@njit(FIELD_SIGNATURE, cache=True, nogil=True, error_model="numpy")
def t96_field(parameters, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the currents outside the Earth.

    Outside the magnetopause it is the penetrated interplanetary field less the Earth's dipole, so that with a dipole
    added nothing of the Earth is left there; in a thin layer one goes over into the other.
    """
    scale = parameters[SCALE]
    sigma = boundary_sigma(parameters[AXIS], parameters[CENTRE], x, y, z)
    if sigma < BOUNDARY_SIGMA - HALF_LAYER:
        return inner_field(parameters, x * scale, y * scale, z * scale)
    q_x, q_y, q_z = dipole(parameters[SINE], parameters[COSINE], x, y, z)
    turned = y * parameters[CLOCK_COSINE] - z * parameters[CLOCK_SINE]
    decay = np.exp(x / PENETRATION_LENGTH - (turned / PENETRATION_WIDTH) ** 2)
    o_x, o_y, o_z = 0.0, parameters[IMF_Y] * decay, parameters[IMF_Z] * decay
    if not sigma < BOUNDARY_SIGMA + HALF_LAYER:
        return o_x - q_x, o_y - q_y, o_z - q_z
    f_x, f_y, f_z = inner_field(parameters, x * scale, y * scale, z * scale)
    inside = 0.5 * (1.0 - (sigma - BOUNDARY_SIGMA) / HALF_LAYER)
    outside = 1.0 - inside
    return (
        (f_x + q_x) * inside + o_x * outside - q_x,
        (f_y + q_y) * inside + o_y * outside - q_y,
        (f_z + q_z) * inside + o_z * outside - q_z,
    )


@njit(
    types.void(
        float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1],
        float64[::1], float64[::1], float64[::1], float64[::1], types.int64, types.int64,
    ),
    cache=True,
    nogil=True,
    error_model="numpy",
)  # fmt: skip
def t96_points(x, y, z, tilt, p_dyn, dst, b_y, b_z, field_x, field_y, field_z, start, stop):  # type: ignore[no-untyped-def]
    """Field at points with a state each; a record serves as long as the state stays the same."""
    for i in range(start, stop):
        same = i > start and tilt[i] == tilt[i - 1] and p_dyn[i] == p_dyn[i - 1] and dst[i] == dst[i - 1]
        if not (same and b_y[i] == b_y[i - 1] and b_z[i] == b_z[i - 1]):
            record = prepare_t96(tilt[i], p_dyn[i], dst[i], b_y[i], b_z[i])
        field_x[i], field_y[i], field_z[i] = t96_field(record, x[i], y[i], z[i])
