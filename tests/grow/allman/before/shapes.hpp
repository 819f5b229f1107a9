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
};

struct Circle : torch::CustomClassHolder
{
	Circle(double radius);
};

}
