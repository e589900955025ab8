// Built into the Python package that serves it; pages find the files by the manifest.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/",
  build: {
    outDir: "../src/plietsch/dashboards/static/build",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    // Every browser that draws the map preloads modules by itself.
    modulePreload: { polyfill: false },
    // MapLibre is one megabyte, there is nothing to split.
    chunkSizeWarningLimit: 1200,
    // The outline is a file of its own: the map's worker reads it.
    assetsInlineLimit: (path) => (path.endsWith(".json") ? false : undefined),
    rollupOptions: { input: ["src/site.css", "src/noscript.css", "src/map/page.ts", "src/station/page.ts", "src/developers/page.ts"] },
  },
});
