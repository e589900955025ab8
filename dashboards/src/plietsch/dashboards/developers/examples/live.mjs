const url = "https://plietsch.example/api/v1/live?property=pm2_5";
const live = new EventSource(url);

live.addEventListener("observations", ({ data }) => {
  for (const { station, time, value } of JSON.parse(data))
    console.log(station, time, value, "µg/m³");
});
// What you show is too old to be mended: fetch it anew.
live.addEventListener("reload", () => location.reload());
