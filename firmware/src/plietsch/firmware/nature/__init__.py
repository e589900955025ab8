"""What there is to be measured: plausible air, water and rain, as pure functions of seed, scenario, place and time."""
