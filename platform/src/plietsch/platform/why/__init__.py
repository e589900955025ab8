"""Where is my sensor? The chain from a device's registration to its value on the site, and where it is broken.

    facts (gathering, from the database) → a judgement of each link → the answer: the first link that is wrong

| module | judges |
|---|---|
| `provisioned` | is it registered here, as a type that is known |
| `radio` | did it join, is it heard: gateways, signal, counters, silence |
| `decoding` | do its frames become readings |
| `plausible` | clock, battery and memory of the node |
| `values` | can what its instruments say be believed |
| `place` | is it installed, mounted as it is said, public, and shown |

The judgements are pure functions of facts, which hold the time at which they were gathered.
"""
