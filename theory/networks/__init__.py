"""Networks of matrix layers: the layers, how their weights are drawn, and what is claimed of them."""

from theory.networks._initialization import INITIALIZATIONS as INITIALIZATIONS
from theory.networks._initialization import Initialization as Initialization
from theory.networks._initialization import initialization as initialization
from theory.networks._network import Network as Network
from theory.networks._network import checked_widths as checked_widths
