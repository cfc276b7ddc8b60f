"""Makes 8-bit numbers of a network's weights: quantise.py FROM TO."""

import logging
import sys

from onnxruntime.quantization import QuantType, quantize_dynamic

logging.disable(logging.WARNING)
quantize_dynamic(sys.argv[1], sys.argv[2], weight_type=QuantType.QInt8, per_channel=True)
