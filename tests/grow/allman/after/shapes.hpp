#pragma once
#include <torch/custom_class.h>

namespace shapes
{

class Square
    : public torch::CustomClassHolder
{
    double side_;

public:
    Square(double side)
        : side_{side}
    {
    }

    double area()
    {
        return side_ * side_;
    }

    void scale(double by)
    {
        C10_THROW_ERROR(NotImplementedError, "shapes::Square::scale is not implemented");
    }

    c10::intrusive_ptr<shapes::Square> operator+(c10::intrusive_ptr<shapes::Square> other)
    {
        C10_THROW_ERROR(NotImplementedError, "shapes::Square::operator+ is not implemented");
    }

    double side() const
    {
        C10_THROW_ERROR(NotImplementedError, "shapes::Square::side is not implemented");
    }
};

struct Circle : torch::CustomClassHolder
{
	Circle(double radius);
	double area();
};

}
