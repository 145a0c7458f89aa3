//===- Run.cpp - the state of one call ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Fold.h"
#include "backends/reference/Places.h"
#include "backends/reference/Table.h"

using namespace fovea;
using namespace fovea::reference;

/// A table needs 9 bytes an element.
static constexpr int64_t maxTableElements = int64_t(1) << 31;

Run::Run(const std::vector<Axis> &axes, size_t tables,
         std::span<const Tensor> inputs, std::span<const int64_t> dims,
         CancelFlag cancel)
    : coords(axes.size()), extents(axes.size()), inputs(inputs), dims(dims),
      cancel(cancel), axes(axes), tables(tables) {}
Run::~Run() = default;

Status Run::solveExtents() {
  for (size_t i = 0; i < axes.size(); ++i) {
    Expected<int64_t> extent = evaluate(axes[i].extent, dims);
    if (!extent)
      return extent.status();
    if (*extent < 0)
      return Status::error(StatusCode::Shape, "index `" + axes[i].name +
                                                  "` has the extent " +
                                                  std::to_string(*extent))
          .withValue(*extent);
    extents[i] = *extent;
  }
  return Status::ok();
}

void Run::splitFolds(std::span<const Fold> folds,
                     const FoldSchedule &schedule) {
  for (const Fold &fold : folds) {
    states.push_back(schedule.states(countPlaces(*this, fold.axes)));
    extents[fold.state] = extents[fold.old] =
        static_cast<int64_t>(states.back().size());
  }
}

Table &Run::table(size_t number, std::span<const AxisId> axes) {
  std::unique_ptr<Table> &table = tables[number];
  if (!table)
    table = std::make_unique<Table>(*this, axes);
  return *table;
}

void Run::fail(StatusCode code, std::string message, const Place &place,
               std::string tensor, std::optional<int64_t> value) const {
  std::vector<int64_t> position;
  for (AxisId axis : place.axes) {
    message += position.empty() ? " (at " : ", ";
    message += axes[axis].name + " = " + std::to_string(coords[axis]);
    position.push_back(coords[axis]);
  }
  if (!position.empty())
    message += ")";
  Status status = Status::error(code, std::move(message))
                      .withPosition(std::move(position))
                      .withTensor(std::move(tensor))
                      .withPlaces(place.text);
  if (value)
    status = std::move(status).withValue(*value);
  throw Failure{std::move(status)};
}

Table::Table(const Run &run, std::span<const AxisId> axes) {
  std::vector<size_t> shape;
  int64_t count = 1;
  for (AxisId axis : axes) {
    int64_t extent = run.extents[axis];
    if (extent > 0 && count > maxTableElements / extent)
      run.fail(StatusCode::UnsupportedShape,
               "the reference backend would have to keep more than 2^31 "
               "elements of one value",
               {});
    count *= extent;
    shape.push_back(static_cast<size_t>(extent));
  }
  bits = xt::xarray<int64_t>::from_shape(shape);
  states = xt::xarray<uint8_t>::from_shape(shape);
  states.fill(unknown);
  size_t stride = 1;
  for (size_t i = axes.size(); i-- > 0;) {
    steps.push_back({axes[i], stride});
    stride *= shape[i];
  }
}
