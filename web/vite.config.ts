// Builds the page into the Python package: readable, under fixed names, so that the built files can be reviewed and
// compared; users of the package need no Node.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;
const out = join(here, "../src/openk2/server/static");
const sources = ["index.html", "package-lock.json", "package.json", "public", "src", "tsconfig.json", "vite.config.ts"];

function filesBelow(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

// A test compares this hash with the sources, so a page that was not rebuilt is noticed without Node.
function stampSources(): Plugin {
  return {
    name: "stamp-sources",
    closeBundle() {
      const paths = sources.flatMap((name) => (name.includes(".") ? [join(here, name)] : filesBelow(join(here, name))));
      const hash = createHash("sha256");
      for (const path of paths.map((path) => relative(here, path).split(sep).join("/")).sort()) {
        hash.update(`${path}\0`).update(readFileSync(join(here, path))).update("\0");
      }
      writeFileSync(join(out, "sources.sha256"), `${hash.digest("hex")}\n`);
    },
  };
}

// Vite's own licence comes first in a file that holds those of all it is made of, none of which is built in.
function licenceText(directory: string, license: string): string {
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((one) => join(directory, one)).find(existsSync);
  if (!file) return `Licensed under ${license}.`;
  return readFileSync(file, "utf8").split("\n# Licenses of bundled dependencies")[0].trim();
}

// The licences of what is built in travel with it: of every package with a module in a built file, and of the fonts.
function collectLicences(): Plugin {
  const packages = new Set(Object.keys(JSON.parse(readFileSync(join(here, "package.json"), "utf8")).dependencies));
  return {
    name: "collect-licences",
    generateBundle(_, bundle) {
      for (const id of Object.values(bundle).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []))) {
        const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? /^\0(vite|rolldown)\//.exec(id)?.[1];
        if (name) packages.add(name);
      }
    },
    closeBundle() {
      const texts = [...packages].sort().map((name) => {
        const directory = join(here, "node_modules", name);
        const { version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
        return `${name} ${version} (${license})\n\n${licenceText(directory, license)}\n`;
      });
      const fonts = readFileSync(join(here, "src/licences/KaTeX_fonts.txt"), "utf8");
      const all = [...texts, `KaTeX's fonts (OFL-1.1)\n\n${fonts}`];
      writeFileSync(join(out, "licences.txt"), all.join(`\n${"-".repeat(80)}\n\n`));
    },
  };
}

// Every browser that runs this page reads woff2; KaTeX names two older forms of each font besides.
function woff2Only(): Plugin {
  return {
    name: "woff2-only",
    enforce: "pre",
    transform: (code, id) =>
      id.endsWith("katex.css") ? code.replace(/, url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, "") : undefined,
  };
}

export default defineConfig({
  base: "./",
  plugins: [woff2Only(), stampSources(), collectLicences()],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    minify: false,
    cssMinify: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        comments: false,
        entryFileNames: "app.js",
        chunkFileNames: "[name].js",
        assetFileNames: (asset) => (asset.names.includes("index.css") ? "app.css" : "[name][extname]"),
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/v1", "/api", "/artifact"].map((path) => [
        path,
        { target: "http://127.0.0.1:8000", changeOrigin: true, headers: { origin: "http://127.0.0.1:8000" } },
      ]),
    ),
  },
});
