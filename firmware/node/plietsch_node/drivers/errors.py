"""What an instrument can fail with: a SensorError, whose message says how.

| message | means |
|---|---|
| no answer | nothing came from the instrument in time: is it connected and powered? |
| no frame | the answer is cut off, or is no frame of this instrument |
| checksum | the checksum does not belong to the answer |
| wrong chip | another chip answers at this address |
| no value | the instrument skipped the measurement, did not finish it, or is beyond its range |
"""


class SensorError(Exception):
    """The instrument gave no valid answer."""
