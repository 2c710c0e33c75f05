"""Networks of matrix layers: the layers, how their weights are drawn, and what is claimed of them."""

from theory.networks._demonstration import Compared as Compared
from theory.networks._demonstration import Demonstration as Demonstration
from theory.networks._demonstration import GradientNorm as GradientNorm
from theory.networks._demonstration import PreActivation as PreActivation
from theory.networks._demonstration import Printed as Printed
from theory.networks._demonstration import Quantity as Quantity
from theory.networks._forms import NoGradient as NoGradient
from theory.networks._forms import Unrolled as Unrolled
from theory.networks._initialization import INITIALIZATIONS as INITIALIZATIONS
from theory.networks._initialization import Initialization as Initialization
from theory.networks._initialization import initialization as initialization
from theory.networks._network import Network as Network
from theory.networks._network import checked_widths as checked_widths
from theory.networks._noise import departure as departure
from theory.networks._noise import noise_scale as noise_scale
from theory.networks._noise import predicted_spread as predicted_spread
