const url = "https://plietsch.example/api/v1/stations?property=pm2_5";
const { features } = await (await fetch(url)).json();

for (const { properties } of features) {
  const { value, unit_symbol } = properties.latest.pm2_5 ?? {};
  console.log(properties.name, value ?? "–", unit_symbol ?? "");
}
