dust <- read.csv(paste0(
  "https://plietsch.example/api/v1/observations.csv",
  "?station=flensburg-suedermarkt",
  "&property=pm2_5&resolution=1h&last=7d"
))
time <- as.POSIXct(dust$time, format = "%Y-%m-%dT%H:%M:%SZ", tz = "UTC")
plot(time, dust$mean, type = "l")
