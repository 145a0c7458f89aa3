//===- Dot.cpp - an explanation as a graph --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/explain/Explanation.h"

#include <algorithm>

using namespace fovea;

static std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (char c : text)
    if (c == '\n')
      out += "\\n";
    else
      out += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
  return out + "\"";
}

/// Long formulas would make wide boxes.
static std::string shortened(const std::string &formula) {
  constexpr size_t longest = 60;
  return formula.size() <= longest ? formula
                                   : formula.substr(0, longest) + " ...";
}

static std::string label(const ExplainedDefinition &definition) {
  std::string out = definition.array.name;
  if (!definition.formula.empty() && definition.formula != out)
    out += "\n= " + shortened(definition.formula);
  return out;
}

static std::string node(const std::string &id,
                        const ExplainedDefinition &definition) {
  const char *shape = definition.isInput    ? "shape=ellipse"
                      : definition.isResult ? "shape=box, style=bold"
                                            : "shape=box";
  return "    " + id + " [label=" + quoted(label(definition)) + ", " + shape +
         "];\n";
}

/// What goes through memory, with its size.
static std::string edge(const std::string &from, const std::string &to,
                        const ExplainedArray &array) {
  return "    " + from + " -> " + to +
         " [label=" + quoted(array.type + "\n" + bytesText(array.bytes.count)) +
         "];\n";
}

static std::string cluster(const std::string &id, const std::string &title,
                           const std::string &body) {
  return "  subgraph cluster_" + id + " {\n    label=" + quoted(title) + ";\n" +
         body + "  }\n";
}

static std::string beforeGraph(const Explanation &explanation) {
  std::string nodes, edges;
  for (size_t i = 0; i < explanation.definitions.size(); ++i) {
    const ExplainedDefinition &definition = explanation.definitions[i];
    const std::string id = "b" + std::to_string(i);
    nodes += node(id, definition);
    for (unsigned source : definition.sources)
      edges += edge("b" + std::to_string(source), id,
                    explanation.definitions[source].array);
  }
  return cluster("before", "as written", nodes + edges);
}

/// `a3_k1`: definition 3 in kernel 1; `a3`: an input.
static std::string idIn(size_t definition, unsigned kernel) {
  return "a" + std::to_string(definition) + "_k" + std::to_string(kernel);
}

static std::string edgesInto(const Explanation &explanation, size_t number,
                             unsigned kernel) {
  std::string out;
  const std::string id = idIn(number, kernel);
  for (unsigned s : explanation.definitions[number].sources) {
    const ExplainedDefinition &source = explanation.definitions[s];
    const auto &makers = source.kernels;
    if (source.isInput)
      out += edge("a" + std::to_string(s), id, source.array);
    else if (std::find(makers.begin(), makers.end(), kernel) != makers.end())
      out += "    " + idIn(s, kernel) + " -> " + id + " [style=dashed];\n";
    else if (!makers.empty())
      out += edge(idIn(s, makers.front()), id, source.array);
  }
  return out;
}

static std::string afterGraph(const Explanation &explanation) {
  std::string body, edges;
  const auto &definitions = explanation.definitions;
  for (size_t i = 0; i < definitions.size(); ++i)
    if (definitions[i].isInput)
      body += node("a" + std::to_string(i), definitions[i]);
  for (unsigned k = 0; k < explanation.kernels.size(); ++k) {
    std::string inside;
    for (size_t i = 0; i < definitions.size(); ++i) {
      const auto &kernels = definitions[i].kernels;
      if (std::find(kernels.begin(), kernels.end(), k) == kernels.end())
        continue;
      inside += node(idIn(i, k), definitions[i]);
      edges += edgesInto(explanation, i, k);
    }
    const std::string number = std::to_string(k + 1);
    body += cluster("kernel" + number, "kernel " + number, inside);
  }
  return cluster("after", "as it runs (dashed: never in memory)", body + edges);
}

std::string fovea::dot(const Explanation &explanation) {
  return "digraph fovea {\n  rankdir=TB;\n  node [fontname=\"monospace\"];\n"
         "  edge [fontname=\"monospace\", fontsize=10];\n  label=" +
         quoted(explanation.signature) + ";\n" + beforeGraph(explanation) +
         afterGraph(explanation) + "}\n";
}
