"""QARTOD's tests of values that were stored, by what lies around each of them: pure functions, a module a test.

IOOS, Manual for Real-Time Quality Control of Water Level Data, version 2.1, 2021 (doi:10.25923/vpsx-dc82) numbers them:

| module | test | a value is held against |
|---|---|---|
| `gross_range` | 4, gross range | what is plausible at all |
| `spike` | 6, spike | two values on either side |
| `rate_of_change` | 7, rate of change | the value before |
| `flat_line` | 8, flat line | all values of some hours before and after |
| `multi_variate` | 9, multi-variate | another channel of the same reading |
| `neighbour` | 11, neighbor or forecast | the same property at other stations |

Tests 1 to 3 and the instrument's own gross range are of arrival (`plietsch.ingest.quality`). `testing` runs them all.

What every test keeps to: a value's flag is a function of the set of values within the test's reach. The order in which
they came, what else is known, and how often somebody asks do not matter. What has no result, has failed when it arrived
(4) or is missing (9) is not tested, and no other value is held against it. A flag may change as long as values within
its reach still come: `testing.reach`.
"""
