#include "shapes.hpp"

shapes::Circle::Circle(double)
{
}
