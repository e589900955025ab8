"""The judge: follows the ledger of writes, tests values against those around them, and computes what follows from many.

    ledger → spans that were touched → pieces of bounded work → assess: one transaction each
    assess:  raw series tested → computed series made anew, tested → what differs is written, a row of the ledger

What it writes is a function of the raw observations that are stored, of deployments and of limits, and of nothing else:
in which order values came, how they were cut into transactions, and how often the judge was started, cannot be seen
in the tables.

| module | has |
|---|---|
| `spans` | spans of time: moved, merged, cut into pieces |
| `facts` | what feeds a datastream since when, and what its values are held against |
| `knowing` | these facts from the database |
| `planning` | what is to be judged anew where something changed |
| `windows` | values as they are stored |
| `testing` | a window of values tested |
| `computing` | computed series made anew |
| `writing` | what differs, written |
| `assessing` | one transaction of all that |
| `following` | entries of the ledger, one after another |
| `process` | one process at a time |
"""
