//===- Random.cpp - counter-based random numbers --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Random.h"
#include "backends/reference/NodeBuilder.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

static PhiloxKey keyOf(Element element) {
  return keyFromSeed(static_cast<uint64_t>(element.as<int64_t>()));
}

static Element foldKey(PhiloxKey key, int64_t index) {
  return element(static_cast<int64_t>(seedFromKey(fold(key, index))));
}
static Element drawUniform(PhiloxKey key, int64_t counter) {
  return element(uniform(key, counter));
}
static Element drawNormal(PhiloxKey key, int64_t counter) {
  return element(normal(key, counter));
}

namespace {
template <Element (*function)(PhiloxKey, int64_t)>
class PhiloxNode : public Node {
public:
  PhiloxNode(const Node &key, const Node &index) : key(key), index(index) {}
  Element eval(Run &run) const override {
    PhiloxKey words = keyOf(key.eval(run));
    return function(words, index.eval(run).as<int64_t>());
  }

private:
  const Node &key, &index;
};
} // namespace

std::unique_ptr<Node> reference::makeRandom(Operation *op, NodeBuilder &build) {
  using Result = std::unique_ptr<Node>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](ir::FoldKeyOp op) -> Result {
        return std::make_unique<PhiloxNode<foldKey>>(build[op.getKey()],
                                                     build[op.getIndex()]);
      })
      .Case([&](ir::RandomOp op) -> Result {
        const Node &key = build[op.getKey()], &counter = build[op.getCounter()];
        if (op.getDistribution() == ir::Distribution::Uniform)
          return std::make_unique<PhiloxNode<drawUniform>>(key, counter);
        return std::make_unique<PhiloxNode<drawNormal>>(key, counter);
      })
      .Default([](Operation *) { return nullptr; });
}
