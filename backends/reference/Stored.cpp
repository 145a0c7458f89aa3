//===- Stored.cpp - values whose elements are kept ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Stored.h"

#include "backends/reference/Table.h"

using namespace fovea;
using namespace fovea::reference;

Element StoredNode::eval(Run &run) const {
  Table &known = run.table(table, axes);
  size_t place = known.place(run);
  if (std::optional<Element> element = known.find(place))
    return *element;
  Element element = value.eval(run);
  known.put(place, element);
  return element;
}
